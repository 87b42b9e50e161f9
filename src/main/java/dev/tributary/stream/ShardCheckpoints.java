package dev.tributary.stream;

import dev.tributary.ordering.Ticker;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.telemetry.LogFields;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;

/** Writes the position up to which every change of a shard has ended, at intervals. Safe for any thread. */
final class ShardCheckpoints {

    private static final Logger log = LoggerFactory.getLogger(ShardCheckpoints.class);

    private final String shardId;
    private final ReplicationPipeline pipeline;
    private final HeldShards shards;
    private final Runnable whenLost;
    private final Consumer<Throwable> onFatal;
    private final Ticker ticker;

    private volatile @Nullable RecordProcessorCheckpointer checkpointer;

    /** The last sequence number in the lease table; guarded by this. */
    private @Nullable String written;

    /** @param whenLost called when the lease is found lost */
    ShardCheckpoints(
            String shardId, ReplicationPipeline pipeline, ShardProcessor.Settings settings, Runnable whenLost) {
        this.shardId = shardId;
        this.pipeline = pipeline;
        this.shards = settings.shards();
        this.whenLost = whenLost;
        this.onFatal = settings.onFatal();
        this.ticker = new Ticker(
                "the checkpoints of shard " + shardId,
                settings.checkpointInterval(),
                this::write,
                settings.checkpoints(),
                settings.onFatal());
    }

    void start() {
        ticker.start();
    }

    /** Until KCL has passed one, nothing is written. */
    void use(RecordProcessorCheckpointer latest) {
        checkpointer = latest;
    }

    /** Writes the position if it has moved. */
    synchronized void write() {
        RecordProcessorCheckpointer current = checkpointer;
        long until = pipeline.endedUntil(); // before the position, which covers it then
        String position = pipeline.checkpoint();
        if (position == null || position.equals(written)) {
            shards.checkpointed(shardId, until);
            return;
        }
        if (current == null) {
            return;
        }
        try {
            current.checkpoint(position);
            written = position;
            shards.checkpointed(shardId, until);
        } catch (ShutdownException e) {
            log.info("shard {}: the lease is no longer held, no checkpoint at {}", LogFields.shard(shardId), position);
            whenLost.run();
        } catch (InvalidStateException | ThrottlingException | KinesisClientLibDependencyException e) {
            log.warn(
                    "shard {}: checkpoint at {} failed and is tried again: {}",
                    LogFields.shard(shardId),
                    position,
                    e.toString());
        } catch (RuntimeException e) {
            onFatal.accept(e);
        }
    }

    /** KCL takes the last checkpoint of a shard for its end, and then refuses every other; so only that one is written. */
    synchronized void leaveToTheEnd() {
        checkpointer = null;
    }

    void cancel() {
        ticker.cancel();
    }
}
