package dev.tributary.stream;

import dev.tributary.config.SourceSettings;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.Route;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.Lease;

/**
 * This process's share of one stream: a KCL scheduler, and the pipelines of the shards whose leases it holds.
 *
 * <p>{@link #start} and {@link #stop} are called once each. The stop may come while the start is under way, and then
 * nothing starts.
 */
final class StreamReader {

    private static final Logger log = LoggerFactory.getLogger(StreamReader.class);

    private final SourceStream stream;
    private final Source source;
    private final Gaps gaps;
    private volatile @Nullable Scheduler scheduler;

    /** Guarded by this, as is the start of the scheduler. */
    private boolean stopped;

    /** What all streams of a source share, one after the other. */
    record Source(
            SourceSettings settings,
            List<Route> routes,
            LateWrites lateWrites,
            String leaseTable,
            DynamoDbStreamsClient streamsClient,
            DynamoDbAsyncClient leaseClient,
            SourceWorker.Shared shared,
            SourceHealth reads,
            ReadAhead readAhead,
            ActiveShards shards) {}

    StreamReader(SourceStream stream, Source source, Gaps gaps) {
        this.stream = stream;
        this.source = source;
        this.gaps = gaps;
    }

    SourceStream stream() {
        return stream;
    }

    /**
     * Starts to compete for leases.
     *
     * @param newStream whether the leases that are there are another stream's
     * @throws SourceStartException if the lease table or the stream does not allow it
     */
    void start(boolean newStream) {
        SourceWorker.Shared shared = source.shared();
        SchedulerFactory factory = new SchedulerFactory(
                source.leaseClient(), source.streamsClient(), shared.timings(), shared.worker(), shared.clock());
        ShardProcessor.Settings processing = processing();
        Scheduler assembled = factory.assemble(
                        stream,
                        source.leaseTable(),
                        newStream,
                        source.settings().pollInterval(),
                        source.readAhead(),
                        () -> new ShardProcessor(processing),
                        gaps,
                        source.reads(),
                        source.reads())
                .scheduler();
        synchronized (this) {
            if (!stopped) {
                scheduler = assembled;
                new Thread(assembled, "scheduler-" + stream.source()).start();
            }
        }
    }

    /** The shards whose leases this process holds now. */
    Set<String> held() {
        Scheduler running = scheduler;
        return running == null
                ? Set.of()
                : running.leaseCoordinator().getAssignments().stream()
                        .map(Lease::leaseKey)
                        .collect(Collectors.toSet());
    }

    /**
     * Drains, checkpoints and hands the leases over, within the time as far as possible.
     *
     * <p>KCL's orderly stop can wait for a shard that has just ended until its time is over; so it gets two thirds of it. The
     * leases are handed over all the same, unless writes are still open: then nobody else may write yet, and they expire.
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
        Collection<Lease> held = running.leaseCoordinator().getAssignments();
        List<ReplicationPipeline> working = source.shards().active();
        try {
            running.startGracefulShutdown()
                    .get(atMost.multipliedBy(2).dividedBy(3).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.info("source {}: KCL did not stop in order ({}), ending it", stream.source(), e.toString());
            running.shutdown();
        }
        int open = working.stream().mapToInt(ReplicationPipeline::inFlight).sum();
        if (open > 0) {
            log.warn("source {}: {} changes are still open, so its leases are left to expire", stream.source(), open);
            return;
        }
        SourceWorker.Shared shared = source.shared();
        new HandOver(
                        source.leaseClient(),
                        running.leaseCoordinator().leaseRefresher(),
                        source.leaseTable(),
                        shared.worker(),
                        shared.timings().workerReport(),
                        shared.clock())
                .run(held);
    }

    private ShardProcessor.Settings processing() {
        SourceWorker.Shared shared = source.shared();
        return new ShardProcessor.Settings(
                new ChangeDecoder(stream),
                (shardId, fence) -> source.shards()
                        .add(new ReplicationPipeline(
                                source.routes(),
                                source.lateWrites().shard(shardId),
                                source.settings().maxInFlight(),
                                fence,
                                shared.timer(),
                                shared.registry(),
                                shared.health(),
                                shared.onFatal())),
                this::fence,
                source.readAhead(),
                shared.timer(),
                source.settings().checkpointInterval(),
                shared.drainTimeout(),
                shared.onFatal());
    }

    private LeaseFence fence(String shardId) {
        return new LeaseFence(
                () -> {
                    Scheduler running = scheduler;
                    return running == null ? null : running.leaseCoordinator().getCurrentlyHeldLease(shardId);
                },
                source.shared().timings().lease(),
                source.shared().timings().writeTimeout());
    }
}
