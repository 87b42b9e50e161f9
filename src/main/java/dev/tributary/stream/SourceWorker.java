package dev.tributary.stream;

import dev.tributary.config.SourceSettings;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.Route;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.Lease;

/**
 * This process's share of one source: a KCL scheduler, and the pipelines of the shards whose leases it holds.
 *
 * <p>{@link #start} and {@link #stop} are called once each, by one thread.
 */
public final class SourceWorker {

    private static final Logger log = LoggerFactory.getLogger(SourceWorker.class);

    private final SourceStream stream;
    private final SourceSettings settings;
    private final List<Route> routes;
    private final String leaseTable;
    private final Shared shared;
    private final DynamoDbStreamsClient streamsClient;
    private final DynamoDbAsyncClient leaseClient;
    private final SourceHealth reads;
    private final ReadAhead readAhead;
    private final ActiveShards shards;
    private @Nullable Scheduler scheduler;
    private @Nullable Thread thread;

    /**
     * What all sources of a process share.
     *
     * @param worker name of the process among the workers, never that of another live one
     * @param timer runs retries and checkpoints
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
     * @param leaseTable name of the lease table of this source, made if missing
     * @param leaseClient client of the lease table
     */
    public SourceWorker(
            SourceStream stream,
            SourceSettings settings,
            List<Route> routes,
            String leaseTable,
            DynamoDbStreamsClient streamsClient,
            DynamoDbAsyncClient leaseClient,
            Shared shared) {
        this.stream = stream;
        this.settings = settings;
        this.routes = routes;
        this.leaseTable = leaseTable;
        this.streamsClient = streamsClient;
        this.leaseClient = leaseClient;
        this.shared = shared;
        this.shards = new ActiveShards(stream.source(), shared.registry(), shared.clock());
        this.readAhead = new ReadAhead(shared.heldBytes(), settings.maxInFlightBytes());
        this.readAhead.measure(stream.source(), shared.registry());
        this.reads = new SourceHealth(stream.source(), shared.health(), shared.registry(), shared.onFatal());
    }

    /**
     * Makes the lease table where it is missing, and starts to compete for leases.
     *
     * @throws SourceStartException if the lease table or the stream does not allow it
     */
    public void start() {
        SchedulerFactory factory =
                new SchedulerFactory(leaseClient, streamsClient, shared.timings(), shared.worker(), shared.clock());
        ShardProcessor.Settings processing = processing();
        Scheduler assembled = factory.assemble(
                        stream,
                        leaseTable,
                        settings.pollInterval(),
                        readAhead,
                        () -> new ShardProcessor(processing),
                        reads,
                        reads)
                .scheduler();
        scheduler = assembled;
        thread = new Thread(assembled, "scheduler-" + stream.source());
        thread.start();
    }

    /**
     * Waits for the first read of a shard.
     *
     * @return false if the time ran out first, because other workers hold all leases for instance
     */
    public boolean awaitReading(Duration atMost) throws InterruptedException {
        return reads.awaitReading(atMost);
    }

    /**
     * Drains, checkpoints and hands the leases over, within the time as far as possible.
     *
     * <p>KCL's orderly stop can wait for a shard that has just ended until its time is over; so it gets two thirds of it. The
     * leases are handed over all the same, unless writes are still open: then nobody else may write yet, and they expire.
     */
    public void stop(Duration atMost) throws InterruptedException {
        Scheduler running = scheduler;
        if (running == null) {
            return;
        }
        Collection<Lease> held = running.leaseCoordinator().getAssignments();
        List<ReplicationPipeline> working = shards.active();
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
        new HandOver(
                        leaseClient,
                        running.leaseCoordinator().leaseRefresher(),
                        leaseTable,
                        shared.worker(),
                        shared.timings().workerReport(),
                        shared.clock())
                .run(held);
    }

    private ShardProcessor.Settings processing() {
        return new ShardProcessor.Settings(
                new ChangeDecoder(stream),
                fence -> shards.add(new ReplicationPipeline(
                        routes, settings.maxInFlight(), fence, shared.timer(), shared.registry(), shared.health())),
                this::fence,
                readAhead,
                shared.timer(),
                settings.checkpointInterval(),
                shared.drainTimeout(),
                shared.onFatal());
    }

    private LeaseFence fence(String shardId) {
        return new LeaseFence(
                () -> scheduler == null ? null : scheduler.leaseCoordinator().getCurrentlyHeldLease(shardId),
                shared.timings().lease(),
                shared.timings().writeTimeout());
    }
}
