package dev.tributary.stream;

import static java.util.Objects.requireNonNull;

import dev.tributary.ordering.Ticker;
import dev.tributary.replication.ShardOwnership;
import dev.tributary.stream.lease.HandOver;
import dev.tributary.stream.lease.LeaseKey;
import dev.tributary.stream.lease.LeaseOwnerships;
import dev.tributary.stream.lease.LeaseTable;
import dev.tributary.stream.lease.SharedLeaseTable;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourcesReport;
import dev.tributary.stream.lease.SparingLeaseCalls;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;

/**
 * This process's part in sharing the shards of all sources whose leases are in one table: one KCL scheduler, which starts
 * with the first source.
 *
 * <p>Safe for any thread. {@link #stop} ends the reading of all sources.
 */
public final class StreamScheduler {

    private static final Logger log = LoggerFactory.getLogger(StreamScheduler.class);

    private static final Duration TICK = Duration.ofSeconds(1);

    private final DynamoDbAsyncClient leaseClient;
    private final String leaseTable;
    private final SourceWorker.Shared shared;
    private final LeaseOwnerships ownerships;
    private final SharedLeaseTable table;

    private final SourcesReport report;
    private final Ticker ticker;

    private final FinishedLeases finished = new FinishedLeases(System::nanoTime);

    /** The sources that are read now, by name. */
    private final Map<String, ReadSource> sources = new ConcurrentHashMap<>();

    private final HeldLeases held = new HeldLeases(sources, this::coordinator);

    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    /** KCL's scheduler before it starts; from {@link #prepare} on. */
    private volatile @Nullable CompletableFuture<SchedulerFactory.Assembly> assembly;

    private volatile @Nullable Scheduler scheduler;
    private volatile @Nullable SparingLeaseCalls calls;

    /** KCL has begun to compete for leases. */
    private volatile boolean started;

    /** Guarded by this, as is the start of the scheduler. */
    private boolean stopping;

    /** Held while the lease table is created, which can take longer than a stop may wait. */
    private final Object tableCreation = new Object();

    /** Guarded by {@link #tableCreation}. */
    private boolean tableMade;

    /**
     * @param leaseTable created if it is missing when the first source starts
     * @param leaseClient client of the lease table
     */
    public StreamScheduler(DynamoDbAsyncClient leaseClient, String leaseTable, SourceWorker.Shared shared) {
        this.leaseClient = leaseClient;
        this.leaseTable = leaseTable;
        this.shared = shared;
        this.ownerships = new LeaseOwnerships(shared.timings().ownership(shared.drainTimeout()), System::nanoTime);
        this.table = new SharedLeaseTable(leaseClient, leaseTable, System::nanoTime);
        this.report = new SourcesReport(
                leaseClient,
                leaseTable,
                shared.worker(),
                shared.routes(),
                shared.timings().lease(),
                System::nanoTime);
        this.ticker = new Ticker(
                "the upkeep of lease table " + leaseTable,
                TICK,
                this::tick,
                new Ticker.Threads(shared.timer(), shared.readers()),
                shared.onFatal());
    }

    DynamoDbAsyncClient leaseClient() {
        return leaseClient;
    }

    String leaseTable() {
        return leaseTable;
    }

    SharedLeaseTable table() {
        return table;
    }

    /**
     * Creates the lease table if it is missing. Meanwhile another thread assembles KCL's scheduler, which takes a while in a
     * new process.
     *
     * @throws SourceStartException if it cannot be created, or is not a lease table
     */
    void prepare() {
        synchronized (tableCreation) {
            if (!tableMade) {
                if (assembly == null) {
                    assembly = CompletableFuture.supplyAsync(this::assemble);
                }
                LeaseTable.make(leaseClient, leaseTable, shared.worker());
                tableMade = true;
            }
        }
    }

    /** Reads the source from now on, once its leases have been assigned to this process. */
    void read(String source, ReadSource reading) {
        sources.put(source, reading);
        SparingLeaseCalls sparing = calls;
        if (sparing != null) {
            sparing.changed();
        }
        if (started) {
            reading.health().onWorkerStateChange(WorkerStateChangeListener.WorkerState.STARTED);
        }
        start();
    }

    private void start() {
        SchedulerFactory.Assembly assembled = requireNonNull(assembly).join();
        synchronized (this) {
            if (stopping || scheduler != null) {
                return;
            }
            calls = assembled.calls();
            scheduler = assembled.scheduler();
            new Thread(assembled.scheduler(), "scheduler").start();
            ticker.start();
        }
    }

    private SchedulerFactory.Assembly assemble() {
        return new SchedulerFactory(
                        leaseClient,
                        leaseTable,
                        table,
                        shared.timings(),
                        shared.worker(),
                        ownerships,
                        shared.registry(),
                        shared.clock())
                .assemble(
                        this::isReadHere,
                        key -> held.source(key)
                                .publisher(LeaseKey.parse(key).orElseThrow().id()),
                        () -> new RoutedProcessor(held::source, held::giveUp),
                        new Listener());
    }

    private boolean isReadHere(String leaseKey) {
        return !finished.isGivenUp(leaseKey)
                && LeaseKey.parse(leaseKey)
                        .filter(key -> sources.containsKey(key.source()))
                        .isPresent();
    }

    private void tick() {
        report.write(Set.copyOf(sources.keySet()));
        finished.giveUp(coordinator());
    }

    /** The ownership of a lease whose shard is read from now on; empty if the lease is not held. */
    Optional<ShardOwnership> ownership(LeaseKey key) {
        return held.find(key.text()).map(lease -> ownerships.read(lease, coordinator()::runLeaseRenewer));
    }

    private LeaseCoordinator coordinator() {
        return requireNonNull(scheduler).leaseCoordinator();
    }

    /** Ids of the shards of the source that this process reads now. */
    Set<String> shards(String source) {
        return ownerships.shards(source);
    }

    /** Ends the reading of one source: drains, checkpoints and hands over its leases, as far as possible within the time. */
    void leave(String source, Duration atMost) throws InterruptedException {
        ReadSource leaving = sources.remove(source);
        Scheduler running = scheduler;
        if (leaving == null || running == null) {
            return;
        }
        long end = System.nanoTime() + atMost.toNanos();
        Predicate<String> leaseKeys = LeaseKey.of(source);
        ownerships.drain(leaseKeys);
        leaving.leave(shared.readers(), atMost);
        ownerships.seal(leaseKeys, end);
        for (Lease lease : running.leaseCoordinator().getAssignments()) {
            if (leaseKeys.test(lease.leaseKey())) {
                running.leaseCoordinator().dropLease(lease);
            }
        }
        handOver(running).run(leaseKeys);
    }

    /**
     * Drains, checkpoints and hands over the leases of all sources, as far as possible within the time. Of several calls, the
     * first stops and the others wait for it.
     *
     * <p>KCL's graceful shutdown can wait until its timeout for a shard that has just ended, so it gets two thirds of the
     * time. A lease is handed over as soon as none of its calls can be in flight, even if changes are still open.
     */
    void stop(Duration atMost) throws InterruptedException {
        boolean first;
        synchronized (this) {
            first = !stopping;
            stopping = true;
        }
        ticker.cancel();
        if (first) {
            try {
                Scheduler running = scheduler;
                if (running != null) {
                    stop(running, atMost);
                }
            } finally {
                stopped.complete(null);
            }
        } else {
            stopped.completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        }
    }

    /** Whether {@link #stop} has ended. */
    boolean stopped() {
        return stopped.isDone();
    }

    private void stop(Scheduler running, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        ownerships.drain(leaseKey -> true);
        try {
            running.startGracefulShutdown()
                    .get(atMost.multipliedBy(2).dividedBy(3).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.info("KCL did not shut down gracefully ({}), stopping it now", e.toString());
            running.shutdown();
        }
        ownerships.seal(leaseKey -> true, end);
        handOver(running).stop();
    }

    private HandOver handOver(Scheduler running) {
        return new HandOver(
                leaseClient,
                running.leaseCoordinator().leaseRefresher(),
                leaseTable,
                shared.worker(),
                shared.timings(),
                shared.clock());
    }

    /** Passes KCL's state on to the sources. */
    private final class Listener implements WorkerStateChangeListener {
        @Override
        public void onWorkerStateChange(WorkerState state) {
            started |= state == WorkerState.STARTED;
            sources.values().forEach(source -> source.health().onWorkerStateChange(state));
        }

        @Override
        public void onAllInitializationAttemptsFailed(Throwable failure) {
            shared.onFatal().accept(failure);
        }
    }
}
