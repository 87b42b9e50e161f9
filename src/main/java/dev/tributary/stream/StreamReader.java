package dev.tributary.stream;

import dev.tributary.latewrite.LateWrites;
import dev.tributary.ordering.Ticker;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.Route;
import dev.tributary.replication.WriteListener;
import dev.tributary.stream.lag.ReadTimes;
import dev.tributary.stream.lease.LeaseKey;
import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourceStream;
import dev.tributary.stream.read.ChangeDecoder;
import dev.tributary.stream.read.GapHandler;
import dev.tributary.stream.read.MemoryBudget;
import dev.tributary.stream.read.PollPauses;
import dev.tributary.stream.read.ReadSlots;
import dev.tributary.stream.read.ShardReaders;
import dev.tributary.stream.read.SourceHealth;
import dev.tributary.stream.read.StreamShards;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.leases.Lease;

/**
 * Reads one stream of a source: has the scheduler of its lease table read it, and builds a pipeline for each shard whose lease
 * this process holds.
 *
 * <p>{@link #start} is called once. If the end comes while the start is under way, nothing starts.
 */
final class StreamReader {

    /** A lease that is newer is found to exist when it is created. */
    private static final Duration RECENT = Duration.ofSeconds(1);

    private final SourceStream stream;
    private final Instant startsAt;
    private final Source source;
    private final GapHandler gaps;

    /** Guarded by this, as is the start. */
    private boolean ended;

    /** What the readers of a source's successive streams share. */
    record Source(
            SourceSettings settings,
            List<Route> routes,
            LateWrites lateWrites,
            WriteListener writes,
            StreamScheduler scheduler,
            ShardSync sync,
            DynamoDbStreamsClient streamsClient,
            SourceWorker.Shared shared,
            SourceHealth health,
            MemoryBudget memory,
            PollPauses pauses,
            ReadSlots slots,
            HeldShards shards,
            ReadTimes reads,
            Ticker.Threads checkpoints) {}

    /**
     * @param startsAt changes before this time are passed without a write
     */
    StreamReader(SourceStream stream, Instant startsAt, Source source, GapHandler gaps) {
        this.stream = stream;
        this.startsAt = startsAt;
        this.source = source;
        this.gaps = gaps;
    }

    SourceStream stream() {
        return stream;
    }

    /**
     * Creates the first leases, takes those that are free, and starts to compete for the others.
     *
     * @param newStream whether the leases in the table are another stream's
     * @throws SourceStartException if the lease table or the stream does not permit it
     */
    void start(boolean newStream) {
        prepareLeases(newStream);
        synchronized (this) {
            if (!ended) {
                source.scheduler().read(stream.source(), readSource());
            }
        }
    }

    private void prepareLeases(boolean newStream) {
        try {
            LeaseRows leases = source.sync().leases();
            SourceWorker.Shared shared = source.shared();
            List<Lease> known = leases.all(RECENT);
            String owner = leases.isAlone(
                            shared.worker(), shared.timings(), shared.clock().instant(), RECENT)
                    ? shared.worker()
                    : null;
            if (newStream || known.isEmpty()) {
                StreamShards.of(source.streamsClient(), stream.arn())
                        .ifPresent(shards -> source.sync().run(stream.arn(), shards, known, owner));
            }
            if (owner != null) {
                leases.takeFree(known, owner);
            }
        } catch (SdkException | CompletionException e) {
            throw SourceStartException.of(
                    "Source " + stream.source() + ": the shards of its stream cannot be read, or their leases cannot be"
                            + " written to " + source.scheduler().leaseTable(),
                    e);
        }
    }

    /** Ids of the shards that this process reads now. */
    Set<String> shards() {
        return source.scheduler().shards(stream.source());
    }

    /** Ends the reading of this stream; the source may be read again. */
    void end(Duration atMost) throws InterruptedException {
        refuseStart();
        source.scheduler().leave(stream.source(), atMost);
    }

    /** The start does nothing from now on. */
    synchronized void refuseStart() {
        ended = true;
    }

    private ReadSource readSource() {
        ShardProcessor.Settings processing = processing();
        return new ReadSource(readers(), () -> new ShardProcessor(processing), source.health());
    }

    private ShardReaders readers() {
        SourceWorker.Shared shared = source.shared();
        return new ShardReaders(
                source.streamsClient(),
                stream.arn(),
                source.memory(),
                source.pauses(),
                source.slots(),
                source.reads(),
                gaps,
                shared.timer(),
                shared.clock(),
                shared.onFatal());
    }

    private ShardProcessor.Settings processing() {
        SourceWorker.Shared shared = source.shared();
        return new ShardProcessor.Settings(
                new ChangeDecoder(stream, shared.clock()),
                startsAt,
                (shardId, ownership) -> source.shards()
                        .add(
                                shardId,
                                new ReplicationPipeline(
                                                source.routes(),
                                                source.lateWrites().shard(shardId),
                                                source.settings().maxInFlight(),
                                                ownership,
                                                shared.timer(),
                                                shared.registry(),
                                                shared.health(),
                                                shared.onFatal())
                                        .reporting(source.writes()),
                                ownership),
                shardId -> source.scheduler().ownership(new LeaseKey(stream.source(), shardId)),
                source.shards(),
                source.memory(),
                source.checkpoints(),
                source.settings().checkpointInterval(),
                shared.onFatal());
    }
}
