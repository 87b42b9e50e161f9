package dev.tributary.stream;

import dev.tributary.latewrite.LateWrites;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.Route;
import dev.tributary.replication.ShardOwnership;
import dev.tributary.replication.WriteListener;
import dev.tributary.stream.lease.HandOver;
import dev.tributary.stream.lease.LeaseOwnerships;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourceStream;
import dev.tributary.stream.read.ChangeDecoder;
import dev.tributary.stream.read.GapHandler;
import dev.tributary.stream.read.MemoryBudget;
import dev.tributary.stream.read.PollPauses;
import dev.tributary.stream.read.ReadSlots;
import dev.tributary.stream.read.ShardReaders;
import dev.tributary.stream.read.SourceHealth;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.Lease;

/**
 * Reads one stream: runs a KCL scheduler, and builds a pipeline for each shard whose lease this process holds.
 *
 * <p>{@link #start} and {@link #stop} are called once each. If the stop comes while the start is under way, nothing
 * starts.
 */
final class StreamReader {

    private static final Logger log = LoggerFactory.getLogger(StreamReader.class);

    private static final Duration QUIET_CHECK = Duration.ofMillis(20);

    private final SourceStream stream;
    private final Source source;
    private final GapHandler gaps;
    private final LeaseOwnerships ownerships;
    private volatile @Nullable Scheduler scheduler;

    /** Guarded by this, as is the start of the scheduler. */
    private boolean stopped;

    /** What the readers of a source's successive streams share. */
    record Source(
            SourceSettings settings,
            List<Route> routes,
            LateWrites lateWrites,
            WriteListener writes,
            String leaseTable,
            DynamoDbStreamsClient streamsClient,
            DynamoDbAsyncClient leaseClient,
            SourceWorker.Shared shared,
            SourceHealth health,
            MemoryBudget memory,
            PollPauses pauses,
            ReadSlots slots,
            HeldShards shards,
            StallDetector stalls,
            ScheduledExecutorService checkpoints) {}

    StreamReader(SourceStream stream, Source source, GapHandler gaps) {
        this.stream = stream;
        this.source = source;
        this.gaps = gaps;
        this.ownerships = new LeaseOwnerships(
                source.shared().timings().ownership(source.shared().drainTimeout()), System::nanoTime);
    }

    SourceStream stream() {
        return stream;
    }

    /**
     * Starts to compete for leases.
     *
     * @param newStream whether the leases in the table are another stream's
     * @throws SourceStartException if the lease table or the stream does not permit it
     */
    void start(boolean newStream) {
        SourceWorker.Shared shared = source.shared();
        SchedulerFactory factory = new SchedulerFactory(
                source.leaseClient(),
                source.streamsClient(),
                shared.timings(),
                shared.worker(),
                ownerships,
                shared.clock());
        ShardProcessor.Settings processing = processing();
        Scheduler assembled = factory.assemble(
                        stream,
                        source.leaseTable(),
                        newStream,
                        readers(),
                        () -> new ShardProcessor(processing),
                        source.health())
                .scheduler();
        synchronized (this) {
            if (!stopped) {
                scheduler = assembled;
                new Thread(assembled, "scheduler-" + stream.source()).start();
            }
        }
    }

    /** Ids of the shards that this process reads now. */
    Set<String> shards() {
        return ownerships.shards();
    }

    /**
     * Drains, checkpoints and hands over the leases, as far as possible within the time.
     *
     * <p>KCL's graceful shutdown can wait until its timeout for a shard that has just ended, so it gets two thirds of the
     * time. A lease is handed over as soon as none of its calls can be in flight, even if changes are still open.
     */
    void stop(Duration atMost) throws InterruptedException {
        Scheduler running;
        synchronized (this) {
            stopped = true;
            running = scheduler;
        }
        if (running == null) {
            return;
        }
        long end = System.nanoTime() + atMost.toNanos();
        ownerships.drain();
        try {
            running.startGracefulShutdown()
                    .get(atMost.multipliedBy(2).dividedBy(3).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.info(
                    "source {}: KCL did not shut down gracefully ({}), stopping it now", stream.source(), e.toString());
            running.shutdown();
        }
        ownerships.seal();
        while (!ownerships.quiet() && System.nanoTime() - end < 0) {
            TimeUnit.NANOSECONDS.sleep(QUIET_CHECK.toNanos());
        }
        SourceWorker.Shared shared = source.shared();
        new HandOver(
                        source.leaseClient(),
                        running.leaseCoordinator().leaseRefresher(),
                        source.leaseTable(),
                        shared.worker(),
                        shared.timings().workerReport(),
                        shared.clock())
                .run();
    }

    private ShardReaders readers() {
        SourceWorker.Shared shared = source.shared();
        return new ShardReaders(
                source.streamsClient(),
                stream.arn(),
                source.memory(),
                source.pauses(),
                source.slots(),
                source.stalls(),
                gaps,
                shared.timer(),
                shared.clock(),
                shared.onFatal());
    }

    private ShardProcessor.Settings processing() {
        SourceWorker.Shared shared = source.shared();
        return new ShardProcessor.Settings(
                new ChangeDecoder(stream, shared.clock()),
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
                this::ownership,
                source.memory(),
                source.checkpoints(),
                source.settings().checkpointInterval(),
                shared.onFatal());
    }

    private ShardOwnership ownership(String shardId) {
        Scheduler running = scheduler;
        Lease held = running == null ? null : running.leaseCoordinator().getCurrentlyHeldLease(shardId);
        if (running == null || held == null) {
            throw new IllegalStateException("The lease of shard " + shardId + " is not held");
        }
        return ownerships.read(held, running.leaseCoordinator()::runLeaseRenewer);
    }
}
