package dev.tributary.stream;

import dev.tributary.model.Change;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.ShardOwnership;
import dev.tributary.stream.read.ChangeDecoder;
import dev.tributary.stream.read.MemoryBudget;
import dev.tributary.stream.read.StreamRecord;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * One shard while this worker holds its lease: hands its changes to the pipeline and checkpoints behind it.
 *
 * <p>KCL logs and then skips a batch whose processing throws. So nothing is thrown here: what cannot be handled breaks
 * the processor, which then takes and checkpoints nothing more, and is told to {@code onFatal}.
 */
final class ShardProcessor implements ShardRecordProcessor {

    private static final Logger log = LoggerFactory.getLogger(ShardProcessor.class);

    private static final Duration DRAIN_SLICE = Duration.ofSeconds(1);

    /** Longest wait for the release of a shard: without it the next worker repeats removals for a while, no more. */
    private static final Duration RELEASE = Duration.ofMillis(500);

    private static final Duration QUIET_CHECK = Duration.ofMillis(20);

    private final Settings settings;
    private String shardId = "";
    private @Nullable ShardOwnership ownership;
    private @Nullable ReplicationPipeline pipeline;
    private MemoryBudget.@Nullable Shard readAhead;
    private @Nullable ScheduledFuture<?> checkpointing;
    private volatile @Nullable RecordProcessorCheckpointer checkpointer;
    private volatile boolean broken;

    /** Last position written to the lease table; guarded by this. */
    private @Nullable String checkpointed;

    /**
     * What the processors of a source share.
     *
     * @param pipeline builds the pipeline of a shard, by shard id, behind its fence
     * @param ownership of the shard, by its id; throws {@link IllegalStateException} if its lease is not held
     * @param readAhead told of what is taken and what has ended
     * @param checkpoints writes checkpoints, each of which may wait for KCL; shared with nothing else
     * @param checkpointInterval pause between two checkpoints
     * @param onFatal told of an error that is not the table's or the network's: the worker must stop
     */
    record Settings(
            ChangeDecoder decoder,
            BiFunction<String, ShardOwnership, ReplicationPipeline> pipeline,
            Function<String, ShardOwnership> ownership,
            MemoryBudget readAhead,
            ScheduledExecutorService checkpoints,
            Duration checkpointInterval,
            Consumer<Throwable> onFatal) {}

    ShardProcessor(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void initialize(InitializationInput input) {
        shardId = input.shardId();
        readAhead = settings.readAhead().of(shardId);
        ShardOwnership held = settings.ownership().apply(shardId);
        if (held.lost()) {
            // KCL tries again, or finds that the lease is gone; a pipeline without a lease would never take anything.
            throw new IllegalStateException("The lease of shard " + shardId + " is not held");
        }
        ownership = held;
        pipeline = settings.pipeline().apply(shardId, held);
        long interval = settings.checkpointInterval().toMillis();
        checkpointing = settings.checkpoints()
                .scheduleWithFixedDelay(this::checkpoint, interval, interval, TimeUnit.MILLISECONDS);
        log.info(
                "shard {}: reading from {}",
                shardId,
                input.extendedSequenceNumber().sequenceNumber());
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        ReplicationPipeline taking = pipeline;
        MemoryBudget.Shard counting = readAhead;
        if (broken || taking == null || counting == null) {
            return;
        }
        checkpointer = input.checkpointer();
        try {
            for (KinesisClientRecord record : input.records()) {
                if (!take((StreamRecord) record, taking, counting)) {
                    log.info("shard {}: the lease is lost or is handed over, nothing more is taken", shardId);
                    broken = true;
                    return;
                }
            }
        } catch (InterruptedException e) {
            broken = true;
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            broken = true;
            settings.onFatal().accept(e);
        }
    }

    private boolean take(StreamRecord record, ReplicationPipeline taking, MemoryBudget.Shard counting)
            throws InterruptedException {
        Change change = settings.decoder().decode(record.record());
        long bytes = record.footprint();
        counting.taken(bytes);
        return taking.submit(change, record.sequenceNumber(), () -> counting.ended(bytes));
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        stop();
        log.info("shard {}: lease lost or handed over", shardId);
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        leaveCheckpointsToTheEnd();
        try {
            while (!broken && pipeline != null && !pipeline.drain(DRAIN_SLICE)) {
                if (ownership == null || ownership.lost()) {
                    return;
                }
            }
            if (broken) {
                return;
            }
            release();
            input.checkpointer().checkpoint();
            if (ownership != null) {
                ownership.finish();
            }
            stop();
            log.info("shard {}: ended, all its changes are in the targets", shardId);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ShutdownException e) {
            log.info("shard {}: the lease was lost before its end was checkpointed", shardId);
        } catch (InvalidStateException | ThrottlingException | KinesisClientLibDependencyException e) {
            log.warn("shard {}: its end could not be checkpointed and is tried again: {}", shardId, e.toString());
        }
    }

    /**
     * Ends what was taken, as far as the drain time allows, and returns when no call can be in flight any more: KCL gives
     * the lease away as soon as this returns.
     */
    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        checkpointer = input.checkpointer();
        ShardOwnership leaving = ownership;
        ReplicationPipeline draining = pipeline;
        if (leaving == null || draining == null) {
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
                        shardId,
                        draining.inFlight());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        checkpoint();
        stop();
    }

    /** Before anybody else can have the lease, so that the next worker need not reckon with calls of this one. */
    private void release() throws InterruptedException {
        if (pipeline == null) {
            return;
        }
        try {
            pipeline.release().get(RELEASE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.info(
                    "shard {}: could not be released, so removals are repeated for a while: {}", shardId, e.toString());
        }
    }

    /** Writes the position behind which everything has ended, where it has moved. Safe for any thread. */
    private synchronized void checkpoint() {
        RecordProcessorCheckpointer current = checkpointer;
        String position = pipeline == null ? null : pipeline.checkpoint();
        if (current == null || position == null || position.equals(checkpointed)) {
            return;
        }
        try {
            current.checkpoint(position);
            checkpointed = position;
        } catch (ShutdownException e) {
            log.info("shard {}: the lease is no longer held, no checkpoint at {}", shardId, position);
            stop();
        } catch (InvalidStateException | ThrottlingException | KinesisClientLibDependencyException e) {
            log.warn("shard {}: checkpoint at {} failed and is tried again: {}", shardId, position, e.toString());
        } catch (RuntimeException e) {
            // A scheduled task that throws is dropped without a word.
            settings.onFatal().accept(e);
        }
    }

    /** At the end of a shard KCL takes its last position for the end itself, and refuses every other one after that. */
    private synchronized void leaveCheckpointsToTheEnd() {
        checkpointer = null;
    }

    private void stop() {
        if (ownership != null) {
            ownership.lose();
        }
        if (checkpointing != null) {
            checkpointing.cancel(false);
        }
        if (readAhead != null) {
            readAhead.close();
        }
        if (pipeline != null) {
            pipeline.close();
        }
    }
}
