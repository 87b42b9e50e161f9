package dev.tributary.stream;

import dev.tributary.model.Change;
import dev.tributary.ordering.Ticker;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.ShardOwnership;
import dev.tributary.stream.read.ChangeDecoder;
import dev.tributary.stream.read.MemoryBudget;
import dev.tributary.stream.read.StreamRecord;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * KCL's record processor of one shard lease: submits its changes to the pipeline, and checkpoints what has ended.
 *
 * <p>KCL logs and then skips a batch whose processing throws, so nothing is thrown here. An error that cannot be handled
 * breaks the processor: it takes and checkpoints nothing more, and passes the error to {@code onFatal}.
 */
final class ShardProcessor implements ShardRecordProcessor {

    private static final Logger log = LoggerFactory.getLogger(ShardProcessor.class);

    /** Longest wait for the release of a shard; without a release, the next worker only repeats removals for a while. */
    private static final Duration RELEASE = Duration.ofMillis(500);

    private static final Duration QUIET_CHECK = Duration.ofMillis(20);

    private final Settings settings;
    private String shardId = "";
    private @Nullable ShardOwnership ownership;
    private @Nullable ReplicationPipeline pipeline;
    private MemoryBudget.@Nullable Shard memory;
    private @Nullable ShardCheckpoints checkpoints;
    private volatile boolean broken;

    /** Whether the end of the lease has been counted. */
    private final AtomicBoolean over = new AtomicBoolean();

    /**
     * What the processors of a source share.
     *
     * @param startsAt changes before this time are passed without a write
     * @param pipeline builds the pipeline of a shard from its id and its ownership
     * @param ownership returns the ownership of a shard; empty if its lease is not held
     * @param shards measures the progress of the shards
     * @param memory counts the changes that are taken and that have ended
     * @param checkpoints runs only checkpoints, each of which may wait for KCL and the lease table
     * @param checkpointInterval pause between two checkpoints
     * @param onFatal receives errors of this program: the worker must stop
     */
    record Settings(
            ChangeDecoder decoder,
            Instant startsAt,
            BiFunction<String, ShardOwnership, ReplicationPipeline> pipeline,
            Function<String, Optional<ShardOwnership>> ownership,
            HeldShards shards,
            MemoryBudget memory,
            Ticker.Threads checkpoints,
            Duration checkpointInterval,
            Consumer<Throwable> onFatal) {}

    ShardProcessor(Settings settings) {
        this.settings = settings;
    }

    /** If the lease is not held any more, this processor does nothing. KCL repeats it if it throws. */
    @Override
    public void initialize(InitializationInput input) {
        try {
            begin(input);
        } catch (Error e) {
            settings.onFatal().accept(e);
            throw new IllegalStateException(e); // an error would stop KCL's loop over all shards
        }
    }

    private void begin(InitializationInput input) {
        shardId = input.shardId();
        ShardOwnership held = settings.ownership().apply(shardId).orElse(null);
        if (held == null || held.lost()) {
            log.info("shard {}: the lease was lost before the shard was read", LogFields.shard(shardId));
            return;
        }
        memory = settings.memory().of(shardId);
        ownership = held;
        pipeline = settings.pipeline().apply(shardId, held);
        checkpoints = new ShardCheckpoints(shardId, pipeline, settings, this::stop);
        checkpoints.start();
        log.info(
                "shard {}: reading from {}",
                LogFields.shard(shardId),
                input.extendedSequenceNumber().sequenceNumber());
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        ReplicationPipeline running = pipeline;
        MemoryBudget.Shard budget = memory;
        if (broken || running == null || budget == null || checkpoints == null) {
            return;
        }
        checkpoints.use(input.checkpointer());
        try {
            for (KinesisClientRecord record : input.records()) {
                if (!submit((StreamRecord) record, running, budget)) {
                    log.info(
                            "shard {}: the lease is lost or is being handed over, no more changes are taken",
                            LogFields.shard(shardId));
                    broken = true;
                    return;
                }
            }
            if (input.records().isEmpty() && input.cacheEntryTime() != null) {
                running.readEmpty(input.cacheEntryTime());
            }
        } catch (InterruptedException e) {
            broken = true;
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            broken = true;
            settings.onFatal().accept(e);
        }
    }

    private boolean submit(StreamRecord record, ReplicationPipeline running, MemoryBudget.Shard budget)
            throws InterruptedException {
        Change change = settings.decoder().decode(record.record());
        long bytes = record.heapBytes();
        budget.taken(bytes);
        return change.stamp().createdAt().isBefore(settings.startsAt())
                ? running.pass(change, record.sequenceNumber(), () -> budget.ended(bytes))
                : running.submit(change, record.sequenceNumber(), () -> budget.ended(bytes));
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        stop();
        count(HeldShards.Event.LOST);
        log.info("shard {}: lease lost or handed over", LogFields.shard(shardId));
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        if (checkpoints != null) {
            checkpoints.leaveToTheEnd();
        }
        settings.shards().ending(shardId);
        try {
            if (broken || pipeline == null || !pipeline.drain()) {
                return;
            }
            release();
            input.checkpointer().checkpoint();
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ShutdownException e) {
            log.info("shard {}: the lease was lost before its end was checkpointed", LogFields.shard(shardId));
        } catch (InvalidStateException | ThrottlingException | KinesisClientLibDependencyException e) {
            log.warn(
                    "shard {}: its end could not be checkpointed and is tried again: {}",
                    LogFields.shard(shardId),
                    e.toString());
        }
    }

    /**
     * The shard is over; no effect after its lease was lost or handed over. If no attempt to record its end got an answer, but
     * one took effect, KCL does not repeat {@link #shardEnded}: then this is all that it calls.
     */
    void end() {
        if (ownership == null || pipeline == null || over.get()) {
            return;
        }
        ownership.finish();
        stop();
        count(HeldShards.Event.ENDED);
        log.info("shard {}: ended, all its changes are in the targets", LogFields.shard(shardId));
    }

    /** KCL releases the lease as soon as this returns. */
    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        if (checkpoints != null) {
            checkpoints.use(input.checkpointer());
        }
        leave();
    }

    /**
     * Ends the changes that were taken, as far as the drain time permits, and returns when no call can be in flight. Safe
     * for any thread once the processor is initialized.
     */
    void leave() {
        ShardOwnership leaving = ownership;
        ReplicationPipeline draining = pipeline;
        ShardCheckpoints last = checkpoints;
        if (leaving == null || draining == null || last == null) {
            return;
        }
        try {
            leaving.drain(System.nanoTime());
            boolean drained = draining.drain();
            leaving.seal();
            while (!leaving.quiet()) {
                TimeUnit.NANOSECONDS.sleep(QUIET_CHECK.toNanos());
            }
            if (drained) {
                release();
            } else {
                log.warn(
                        "shard {}: stopping with {} changes open; the next worker reads them again",
                        LogFields.shard(shardId),
                        draining.inFlight());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        last.write();
        stop();
        count(HeldShards.Event.HANDED_OVER);
    }

    /** Counts the first end of the lease: KCL reports a lease that was handed over as lost. */
    private void count(HeldShards.Event end) {
        if (pipeline != null && over.compareAndSet(false, true)) {
            settings.shards().count(end);
        }
    }

    /** Called before the lease can pass on, so that the next worker need not expect late calls of this one. */
    private void release() throws InterruptedException {
        if (pipeline == null) {
            return;
        }
        try {
            pipeline.release().get(RELEASE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.info(
                    "shard {}: could not be released, so its next owner repeats removals for a while: {}",
                    LogFields.shard(shardId),
                    e.toString());
        }
    }

    /** Whether the lease has been left or lost, also before the shard was read. */
    boolean stopped() {
        return ownership == null || ownership.lost();
    }

    private void stop() {
        if (ownership != null) {
            ownership.lose();
        }
        if (checkpoints != null) {
            checkpoints.cancel();
        }
        if (memory != null) {
            memory.close();
        }
        if (pipeline != null) {
            pipeline.close();
        }
    }
}
