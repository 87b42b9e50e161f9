package dev.tributary.stream;

import dev.tributary.latewrite.LateWrites;
import dev.tributary.replication.Route;
import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.LeaseTable;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStream;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.stream.read.Gaps;
import dev.tributary.stream.read.MemoryBudget;
import dev.tributary.stream.read.SourceHealth;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * This process's share of one source: reads the stream that its workers have agreed on, and watches whether the table
 * still has that stream. A stream that it no longer has is read to its end first; what then, the policy for gaps says.
 *
 * <p>{@link #start} and {@link #stop} are called once each. The stop may come while the start is under way.
 */
public final class SourceWorker {

    private static final Logger log = LoggerFactory.getLogger(SourceWorker.class);

    private static final Duration TICK = Duration.ofSeconds(1);

    /** Longest wait for KCL to end the reading of a stream that has nothing left to read. */
    private static final Duration SWITCH = Duration.ofSeconds(5);

    private static final int CHECKPOINT_THREADS = 2;

    private final String source;
    private final String identity;
    private final SourceSettings settings;
    private final String leaseTable;
    private final Supplier<Optional<String>> enabledStream;
    private final DynamoDbStreamsClient streamsClient;
    private final DynamoDbAsyncClient leaseClient;
    private final Shared shared;
    private final SourceState ledger;
    private final SourceHealth reads;
    private final ShardWatch shardWatch;
    private final Watchdog watchdog;
    private final StreamReader.Source reading;
    private final Gaps.Context gaps;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread watch;

    /** Checkpoints wait for the lease table, and for KCL where it waits for that: so they have threads of their own. */
    private final ScheduledExecutorService checkpoints;

    /** Written by the starting thread and then by the watch alone. */
    private volatile @Nullable StreamReader reader;

    private volatile boolean lookNow;

    /**
     * What all sources of a process share.
     *
     * @param worker name of the process among the workers, never that of another live one
     * @param timer runs retries
     * @param heldBytes memory that the changes of one source may take, over all its shards
     * @param drainTimeout longest wait for open writes when the worker stops
     * @param onFatal told of an error after which the process must stop
     */
    public record Shared(
            String worker,
            LeaseTimings timings,
            long heldBytes,
            Duration drainTimeout,
            ScheduledExecutorService timer,
            MeterRegistry registry,
            Health health,
            InstantSource clock,
            Consumer<Throwable> onFatal) {}

    /**
     * @param source its name in the configuration
     * @param identity of its table in the rows of its targets
     * @param lateWrites what this process does about writes to the targets of this source that were given up
     * @param leaseTable name of the lease table of this source, made if missing
     * @param enabledStream asks for the ARN of the stream with new and old images that the table has now, in a region
     *     that the streams adapter knows; empty if there is none; throws what the SDK throws if that cannot be told
     * @param leaseClient client of the lease table
     */
    public SourceWorker(
            String source,
            String identity,
            SourceSettings settings,
            List<Route> routes,
            LateWrites lateWrites,
            String leaseTable,
            Supplier<Optional<String>> enabledStream,
            DynamoDbStreamsClient streamsClient,
            DynamoDbAsyncClient leaseClient,
            Shared shared) {
        this.source = source;
        this.identity = identity;
        this.settings = settings;
        this.leaseTable = leaseTable;
        this.enabledStream = enabledStream;
        this.streamsClient = streamsClient;
        this.leaseClient = leaseClient;
        this.shared = shared;
        this.checkpoints =
                Executors.newScheduledThreadPool(CHECKPOINT_THREADS, task -> new Thread(task, "checkpoint-" + source));
        this.ledger = new SourceState(leaseClient, leaseTable);
        this.reads = new SourceHealth(source, shared.health(), shared.registry(), shared.onFatal());
        MemoryBudget readAhead = new MemoryBudget(shared.heldBytes(), settings.maxInFlightBytes());
        readAhead.measure(source, shared.registry());
        ActiveShards shards = new ActiveShards(source, shared.registry(), System::nanoTime);
        this.shardWatch = new ShardWatch(
                ShardWatch.Limits.of(shared.timings().lease(), settings.pollInterval()),
                shards::held,
                new ShardReaders(shared.worker()),
                reads,
                shared.clock(),
                System::nanoTime);
        this.watchdog = new Watchdog(source, shardWatch, shared.health(), shared.registry(), shared.onFatal());
        this.reading = new StreamReader.Source(
                settings,
                routes,
                lateWrites,
                leaseTable,
                streamsClient,
                leaseClient,
                shared,
                reads,
                readAhead,
                shards,
                shardWatch,
                checkpoints);
        this.gaps = new Gaps.Context(
                source,
                leaseTable,
                shared.worker(),
                settings.gaps(),
                ledger,
                reads,
                shared.clock(),
                () -> lookNow = true);
        this.watch = new Thread(this::watch, "watch-" + source);
        watch.setDaemon(true);
    }

    /**
     * Makes the lease table where it is missing, and starts to compete for leases.
     *
     * @throws SourceStartException if the lease table or the stream does not allow it
     */
    public void start() {
        LeaseTable.make(leaseClient, leaseTable, shared.worker());
        try {
            look();
        } catch (SdkException | CompletionException e) {
            throw SourceStartException.of(
                    "Source " + source + ": its table, its stream or its lease table " + leaseTable + " cannot be read",
                    e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a start ends no stream", e);
        }
        watch.start();
        watchdog.start();
    }

    /**
     * Waits for the first read of a shard.
     *
     * @return false if the time ran out first, because other workers hold all leases for instance
     */
    public boolean awaitReading(Duration atMost) throws InterruptedException {
        return reads.awaitReading(atMost);
    }

    /** Drains, checkpoints and hands the leases over, within the time as far as possible. */
    public void stop(Duration atMost) throws InterruptedException {
        stopped.countDown();
        watchdog.close();
        watch.interrupt();
        watch.join(TICK.toMillis());
        StreamReader running = reader;
        try {
            if (running != null) {
                running.stop(atMost);
            }
        } finally {
            checkpoints.shutdownNow();
        }
    }

    /** Looks at the stream and its leases once per lease, and at the stream sooner where a shard is missing. */
    private void watch() {
        long lease = shared.timings().lease().toNanos();
        long last = System.nanoTime();
        long readers = last - lease;
        try {
            while (!stopped.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                StreamReader running = reader;
                if (running != null) {
                    reads.holds(running.shards());
                }
                if (lookNow || System.nanoTime() - last >= lease) {
                    lookNow = false;
                    last = System.nanoTime();
                    lookAgain();
                }
                if (System.nanoTime() - readers >= lease) {
                    readers = System.nanoTime();
                    lookForReaders();
                }
            }
        } catch (InterruptedException e) {
            log.debug("source {}: the watch ends", source);
        } catch (RuntimeException | Error e) {
            shared.onFatal().accept(e);
        }
    }

    private void lookAgain() throws InterruptedException {
        try {
            look();
        } catch (SdkException | CompletionException | SourceStartException e) {
            if (stopped.getCount() > 0) {
                log.warn("source {}: its stream cannot be looked at, and is again soon: {}", source, e.toString());
            }
        }
    }

    /** Whether the shards have readers: apart from {@link #look()}, because either may fail without the other. */
    private void lookForReaders() {
        StreamReader running = reader;
        try {
            Optional<StreamShards> shards = running == null
                    ? Optional.empty()
                    : StreamShards.of(streamsClient, running.stream().arn());
            shardWatch.looked(
                    shards.orElseGet(() -> new StreamShards(List.of())), new LeaseRows(leaseClient, leaseTable).all());
        } catch (SdkException | CompletionException e) {
            // Health names it once it lasts; the look at the stream warns meanwhile.
            log.info("source {}: its leases and shards cannot be looked at: {}", source, e.toString());
        }
    }

    private void look() throws InterruptedException {
        Optional<String> enabled = enabledStream.get();
        SourceState.Reading agreed = ledger.read()
                .or(() -> enabled.map(
                        arn -> ledger.begin(arn, identity, shared.clock().instant())))
                .orElseThrow(() -> SourceStartException.configuration("source." + source + ".table = "
                        + settings.table() + ": the table has no enabled stream with new and old images, and none of it"
                        + " was read before; enable one with view type NEW_AND_OLD_IMAGES"));
        refuseOtherIdentity(agreed);
        reads.unacknowledged(agreed.passed(), agreed.further());
        StreamReader running = reader;
        if (running != null && !running.stream().arn().equals(agreed.streamArn())) {
            log.info("source {}: another worker has gone on to stream {}", source, agreed.streamArn());
            end(running);
        }
        if (enabled.filter(agreed.streamArn()::equals).isPresent()) {
            reads.streamIsCurrent();
            read(agreed, false);
        } else {
            leave(agreed, enabled);
        }
    }

    /** Under another identity the items of the source would take their own rows for those of others. */
    private void refuseOtherIdentity(SourceState.Reading agreed) {
        if (!agreed.identity().equals(identity)) {
            throw SourceStartException.configuration("source." + source + ".identity = " + identity
                    + ": the rows of its targets are those of " + agreed.identity() + "; set source." + source
                    + ".identity=" + agreed.identity() + ", or, for other targets, delete the lease table " + leaseTable
                    + " while no worker runs");
        }
    }

    /** The table does not have the stream any more: reads out what is left in it, and goes on to the next if it may. */
    private void leave(SourceState.Reading agreed, Optional<String> next) throws InterruptedException {
        String arn = agreed.streamArn();
        StreamGap gap = next.<StreamGap>map(newArn -> new StreamGap.Replaced(arn, newArn))
                .orElseGet(() -> new StreamGap.Disabled(arn));
        ReplacedStream old = new ReplacedStream(source, arn, new LeaseRows(leaseClient, leaseTable), ledger);
        Optional<StreamShards> shards = StreamShards.of(streamsClient, arn);
        StreamReader running = reader;
        if (shards.isPresent() && !old.readToItsEnd(shards.get())) {
            read(agreed, false);
            reads.streamIsOver(Status.DEGRADED, gap, "Reading what is left in the old stream first");
            return;
        }
        if (shards.isEmpty() && running != null) {
            end(running);
        }
        String unread = old.unread();
        String rest =
                unread.isEmpty() ? "All changes in the old stream have been read" : "The old stream is gone" + unread;
        if (settings.gaps() != GapPolicy.CONTINUE) {
            reads.streamIsOver(Status.DOWN, gap, rest + ". " + gaps.advice());
        } else if (gap instanceof StreamGap.Replaced replaced) {
            goOn(old, replaced, unread);
        } else {
            reads.streamIsOver(Status.DEGRADED, gap, rest + ". Waiting for a new one");
        }
    }

    private void goOn(ReplacedStream old, StreamGap.Replaced gap, String unread) throws InterruptedException {
        boolean first = old.moveOn(gap, gaps.passed(gap, unread));
        if (first) {
            reads.passed(gap);
        }
        StreamReader running = reader;
        if (running != null) {
            end(running);
        }
        SourceState.Reading agreed = ledger.read().orElseThrow();
        reads.unacknowledged(agreed.passed(), agreed.further());
        read(agreed, first);
        reads.streamIsCurrent();
    }

    /** Starts to read the stream, unless it is being read. */
    private void read(SourceState.Reading agreed, boolean newStream) {
        if (reader != null || stopped.getCount() == 0) {
            return;
        }
        StreamReader next = new StreamReader(
                new SourceStream(source, identity, agreed.streamArn(), agreed.epoch()),
                reading,
                new Gaps(gaps, agreed.streamArn(), agreed.since()));
        // In this order: a stop that comes meanwhile finds the reader, or is seen here.
        reader = next;
        if (stopped.getCount() == 0) {
            return;
        }
        try {
            next.start(newStream);
        } catch (RuntimeException | Error e) {
            reader = null;
            throw e;
        }
    }

    private void end(StreamReader running) throws InterruptedException {
        try {
            running.stop(SWITCH);
        } finally {
            reader = null;
            reads.holds(Set.of());
        }
    }
}
