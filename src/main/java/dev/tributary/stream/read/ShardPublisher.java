package dev.tributary.stream.read;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.RequestDetails;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.BatchUniqueIdentifier;
import software.amazon.kinesis.retrieval.RecordsDeliveryAck;
import software.amazon.kinesis.retrieval.RecordsPublisher;
import software.amazon.kinesis.retrieval.RecordsRetrieved;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Publishes the batches of one shard to KCL. KCL's own publisher keeps a thread for each shard; here a read takes a thread
 * while it runs, and a pause takes none.
 *
 * <p>KCL takes a subscription for dead that delivers nothing for 35 s. So what cannot be read is answered with an empty
 * batch, and a long pause is interrupted by one.
 *
 * <p>At most one read runs at a time, and no lock is held while it runs or while KCL is called. Safe for any thread.
 */
final class ShardPublisher implements RecordsPublisher {

    private static final Logger log = LoggerFactory.getLogger(ShardPublisher.class);

    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);

    private static final BatchUniqueIdentifier UNUSED = new BatchUniqueIdentifier("", "");

    private final ShardFetcher fetcher;
    private final PollPauses.Pause pause;
    private final ReadSlots slots;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final Consumer<Throwable> onFatal;

    /** The current subscription, guarded by this, as all below. */
    private @Nullable Demand demand;

    /** Where the current subscription begins: at the start, or behind the last batch that KCL has processed. */
    private Position begin = new Position("", null);

    /** Whether the next read is the first of its subscription. */
    private boolean restart;

    private @Nullable ScheduledFuture<?> next;
    private boolean busy;
    private boolean ended;
    private boolean stopped;

    /**
     * @param timer runs only what does not wait
     * @param onFatal receives errors of this program
     */
    ShardPublisher(
            ShardFetcher.Factory fetcher,
            PollPauses pauses,
            ReadSlots slots,
            ScheduledExecutorService timer,
            InstantSource clock,
            Consumer<Throwable> onFatal) {
        this.pause = pauses.open(this::reschedule);
        this.fetcher = fetcher.create(pause);
        this.slots = slots;
        this.timer = timer;
        this.clock = clock;
        this.onFatal = onFatal;
    }

    /**
     * A place in the shard.
     *
     * @param sequenceNumber or one of KCL's sentinels
     * @param iterator at that place; null if there is none
     */
    private record Position(String sequenceNumber, @Nullable String iterator) {}

    /** A batch, and the position behind it. */
    private record Batch(ProcessRecordsInput processRecordsInput, Position end) implements RecordsRetrieved {
        @Override
        public BatchUniqueIdentifier batchUniqueIdentifier() {
            return UNUSED;
        }
    }

    /** The subscription of KCL, and how many batches it takes. */
    private final class Demand implements Subscription {

        private final Subscriber<? super RecordsRetrieved> subscriber;

        /** Guarded by the publisher. */
        private long batches;

        private Demand(Subscriber<? super RecordsRetrieved> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            synchronized (ShardPublisher.this) {
                batches = Math.addExact(Math.min(batches, Integer.MAX_VALUE), Math.min(n, Integer.MAX_VALUE));
                schedule();
            }
        }

        @Override
        public void cancel() {
            synchronized (ShardPublisher.this) {
                if (demand == this) {
                    demand = null;
                }
            }
        }
    }

    @Override
    public synchronized void start(ExtendedSequenceNumber checkpoint, InitialPositionInStreamExtended unused) {
        begin = new Position(checkpoint.sequenceNumber(), null);
        fetcher.start(begin.sequenceNumber());
    }

    /** What an earlier subscription was sent and KCL has not processed is read again. */
    @Override
    public void subscribe(Subscriber<? super RecordsRetrieved> subscriber) {
        Demand subscribed = new Demand(subscriber);
        synchronized (this) {
            demand = subscribed;
            restart = true;
            ended = false;
        }
        subscriber.onSubscribe(subscribed);
    }

    /** A subscription follows. */
    @Override
    public synchronized void restartFrom(RecordsRetrieved last) {
        begin = ((Batch) last).end();
    }

    @Override
    public synchronized void shutdown() {
        stopped = true;
        demand = null;
        fetcher.drop();
        pause.close();
        cancelNext();
    }

    @Override
    public RequestDetails getLastSuccessfulRequestDetails() {
        return new RequestDetails();
    }

    /** Ignored: a batch is not sent twice, so nothing waits for its acknowledgement. */
    @Override
    public void notify(RecordsDeliveryAck ack) {}

    private synchronized void reschedule() {
        cancelNext();
        schedule();
    }

    private void cancelNext() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }

    /** Starts the next read or its pause, if KCL takes a batch and nothing is under way. Called with the lock. */
    private void schedule() {
        if (busy || next != null || stopped || ended || demand == null || demand.batches == 0) {
            return;
        }
        Duration left = pause.left();
        try {
            if (left.isZero()) {
                busy = true;
                if (pause.inRound()) {
                    slots.submitPatiently(() -> run(true));
                } else {
                    slots.submit(() -> run(true));
                }
            } else {
                boolean due = left.compareTo(LONGEST_SILENCE) <= 0;
                long delay = (due ? left : LONGEST_SILENCE).toNanos();
                next = timer.schedule(() -> paused(due), delay, TimeUnit.NANOSECONDS);
            }
        } catch (RejectedExecutionException e) {
            log.debug("the process ends, and reads nothing more", e);
        }
    }

    private void paused(boolean due) {
        synchronized (this) {
            next = null;
            if (due || busy || demand == null) {
                schedule();
                return;
            }
            busy = true;
        }
        slots.submit(() -> run(false));
    }

    /**
     * @param read whether to read the shard; otherwise the batch is empty
     */
    private void run(boolean read) {
        try {
            publish(read);
        } catch (RuntimeException | Error e) {
            if (slots.closed()) {
                log.debug("a read ends with the process", e);
            } else {
                onFatal.accept(e);
            }
        }
        synchronized (this) {
            busy = false;
            schedule();
        }
    }

    private void publish(boolean read) {
        Demand wanted;
        @Nullable Position from;
        synchronized (this) {
            wanted = demand;
            from = restart ? begin : null;
            restart = false;
        }
        if (from != null) {
            fetcher.restart(from.sequenceNumber(), from.iterator());
        }
        if (wanted == null) {
            return;
        }
        Instant start = clock.instant();
        @Nullable FetchedRecords fetched = read ? fetcher.fetch() : null;
        synchronized (this) {
            if (demand != wanted || stopped) {
                fetcher.drop();
                return;
            }
            wanted.batches--;
            if (fetched != null) {
                fetcher.accept(fetched);
                ended = fetched.nextShardIterator() == null;
            }
        }
        wanted.subscriber.onNext(batch(fetched, start));
    }

    /**
     * @param fetched null if nothing was read
     * @param start of the read: everything before it was delivered if it returns nothing
     */
    private Batch batch(@Nullable FetchedRecords fetched, Instant start) {
        ProcessRecordsInput.ProcessRecordsInputBuilder input = ProcessRecordsInput.builder();
        if (fetched == null) {
            input.records(new ArrayList<>()).childShards(List.<ChildShard>of());
        } else {
            input.records(fetched.records())
                    .childShards(fetched.childShards())
                    .isAtShardEnd(fetched.nextShardIterator() == null)
                    .cacheEntryTime(start);
        }
        return new Batch(input.build(), new Position(fetcher.position(), fetcher.iterator()));
    }
}
