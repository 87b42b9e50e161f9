package dev.tributary.daemon;

import static java.util.stream.Collectors.groupingBy;

import dev.tributary.acknowledgement.AcknowledgementTable;
import dev.tributary.acknowledgement.Acknowledgements;
import dev.tributary.daemon.jobs.AbsentTargets;
import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.jobs.RouteParts;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.EnabledStream;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.daemon.tables.SourceIdentity;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.items.Resource;
import dev.tributary.jobs.RoutePauses;
import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.latewrite.LateWriteTiming;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.model.Failures;
import dev.tributary.replication.Route;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.SourceWorker;
import dev.tributary.stream.StreamScheduler;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Composes and runs one worker for each source. */
final class SourceWorkers {

    /** Sources that start at the same time: each waits for its tables most of the time. */
    private static final int STARTS = 8;

    private final Settings settings;
    private final CheckedTables tables;
    private final Clients clients;
    private final SourceWorker.Shared shared;
    private final Duration stopTimeout;

    /** Names this process in the table of late writes. */
    private final String process = UUID.randomUUID().toString();

    /** By the place of the lease table. Used by the starting thread alone. */
    private final Map<String, StreamScheduler> schedulers = new HashMap<>();

    /** Those that may run, by source. */
    private final Map<String, SourceWorker> workers = new ConcurrentHashMap<>();

    /** By source. */
    private final Map<String, SourceWorker> made = new TreeMap<>();

    /** By source. */
    private final Map<String, Acknowledgements> acknowledgements = new ConcurrentHashMap<>();

    /**
     * Composes the workers, and makes no call.
     *
     * @param shared what all workers share
     * @param stopTimeout longest wait for one worker in {@link #stop()}
     */
    SourceWorkers(
            Settings settings,
            CheckedTables tables,
            Clients clients,
            SourceWorker.Shared shared,
            Duration stopTimeout) {
        this.settings = settings;
        this.tables = tables;
        this.clients = clients;
        this.shared = shared;
        this.stopTimeout = stopTimeout;
        settings.source().forEach((name, source) -> made.put(name, worker(name, source)));
    }

    /**
     * Starts the workers, several at the same time.
     *
     * @throws dev.tributary.stream.lease.SourceStartException if a stream or a lease table does not allow it
     * @throws java.util.concurrent.CancellationException if the stop came first
     */
    void start(ShutdownStack started) {
        Map<String, CompletableFuture<Void>> ready = watchPauses();
        made.keySet()
                .forEach(source -> ready.merge(source, absentTargets(source).start(), CompletableFuture::allOf));
        ExecutorService starting = Executors.newFixedThreadPool(STARTS, task -> new Thread(task, "start-source"));
        try {
            Failures.join(CompletableFuture.allOf(made.entrySet().stream()
                    .map(source -> Objects.requireNonNull(ready.get(source.getKey()))
                            .thenRunAsync(() -> start(source.getKey(), source.getValue(), started), starting))
                    .toArray(CompletableFuture[]::new)));
        } finally {
            starting.shutdownNow();
        }
    }

    private void start(String name, SourceWorker worker, ShutdownStack started) {
        started.unlessClosing(() -> workers.put(name, worker));
        worker.start();
    }

    private SourceWorker worker(String name, SourceSettings source) {
        DynamoDbAsyncClient place = clients.own(source);
        DeadLetterTable deadLetters = new DeadLetterTable(
                place,
                OwnTable.DEAD_LETTERS.name(settings.application()),
                shared.timings().writeTimeout());
        List<Route> routes = source.route().entrySet().stream()
                .map(route -> route(name, route.getKey(), route.getValue(), deadLetters))
                .toList();
        return new SourceWorker(
                name,
                SourceIdentity.of(source, tables.source(name).arn(), clients),
                source,
                routes,
                lateWrites(name, place),
                settings.isWrittenHere(source) ? acknowledgements(name, place)::ended : (mark, end) -> {},
                scheduler(clients.leases(source)),
                new EnabledStream(clients.control(source), source.table()),
                clients.streams(source, tables.isLocal(name)),
                shared);
    }

    private AbsentTargets absentTargets(String source) {
        return new AbsentTargets(
                RouteParts.jobTable(clients.own(source(source)), settings),
                source,
                source(source).route().keySet().stream()
                        .map(route ->
                                new RouteJobs(source, route, settings, tables, clients, shared.timer(), shared.clock()))
                        .toList(),
                shared.worker(),
                shared.timer(),
                shared.clock());
    }

    /** Completes for each source when it is held or may be read. */
    private Map<String, CompletableFuture<Void>> watchPauses() {
        Map<DynamoDbAsyncClient, List<String>> places =
                made.keySet().stream().collect(groupingBy(name -> clients.own(source(name))));
        Map<String, CompletableFuture<Void>> known = new HashMap<>();
        places.forEach((place, sources) -> {
            RoutePauses pauses = new RoutePauses(RouteParts.jobTable(place, settings));
            List<SourcePauses> watched = sources.stream()
                    .map(name -> new SourcePauses(
                            name, source(name).route(), Objects.requireNonNull(made.get(name)), shared.registry()))
                    .toList();
            CompletableFuture<Void> first = new PauseWatch(pauses, watched, shared.timer()).start();
            sources.forEach(name -> known.put(name, first));
        });
        return known;
    }

    private SourceSettings source(String name) {
        return Objects.requireNonNull(settings.source().get(name));
    }

    /** By what the client resolves to: two schedulers on one table would take each other for the same worker. */
    private StreamScheduler scheduler(DynamoDbAsyncClient leases) {
        return schedulers.computeIfAbsent(
                Clients.placeOf(leases), place -> new StreamScheduler(leases, settings.leaseTable(), shared));
    }

    private Route route(String source, String name, RouteSettings route, DeadLetterTable deadLetters) {
        String fullName = Route.name(source, name);
        return new Route(
                fullName,
                tables.target(source, name).identity(),
                tables.projection(source, name, route),
                new BatchingTable(
                        new TargetTable(
                                clients.writes(route),
                                route.table(),
                                Policies.of(route.projection().deletes(), route.target())),
                        BatchingTable.Limits.batchSize(route.target().batchSize()),
                        shared.timer()),
                new ParkedItemIndex(deadLetters, fullName, shared.clock()));
    }

    private Acknowledgements acknowledgements(String source, DynamoDbAsyncClient place) {
        return acknowledgements.computeIfAbsent(
                source,
                made -> new Acknowledgements(
                        new AcknowledgementTable(
                                place,
                                OwnTable.ACKNOWLEDGEMENTS.name(settings.application()),
                                shared.clock(),
                                shared.timings().writeTimeout()),
                        shared.timer()));
    }

    private LateWrites lateWrites(String source, DynamoDbAsyncClient place) {
        return LateWrites.ofDaemon(
                new LateWriteTable(
                        place,
                        OwnTable.LATE_WRITES.name(settings.application()),
                        shared.timings().writeTimeout()),
                source,
                process,
                new LateWriteTiming(settings.lateWrite().horizon()),
                shared.clock(),
                shared.timer(),
                shared.registry());
    }

    /** Waits until every source is being read by this process; false if other workers hold the shards of one. */
    boolean awaitReading(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        boolean all = true;
        for (SourceWorker worker : workers.values()) {
            all &= worker.awaitReading(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        return all;
    }

    /** What a table is to the replication: the source whose table it is, or none. */
    Resource.Source of(TableSettings written) {
        return settings.source().entrySet().stream()
                .filter(source -> settings.isSame(source.getValue(), written))
                .findFirst()
                .map(source -> new Resource.Source(
                        () -> wake(source.getKey()),
                        Optional.of(acknowledgements(source.getKey(), clients.own(source.getValue())))))
                .orElse(Resource.Source.NONE);
    }

    /** Ends the waits of requests, so that they are answered before the process ends. */
    void stopWaits() {
        acknowledgements.values().forEach(Acknowledgements::stop);
    }

    private void wake(String source) {
        SourceWorker worker = workers.get(source);
        if (worker != null) {
            worker.wake();
        }
    }

    /** Stops all workers in parallel: each takes as long as its open writes do. */
    void stop() throws InterruptedException {
        List<Thread> stopping = workers.values().stream()
                .map(worker -> new Thread(() -> stop(worker), "stop"))
                .toList();
        stopping.forEach(Thread::start);
        for (Thread thread : stopping) {
            thread.join();
        }
    }

    private void stop(SourceWorker worker) {
        try {
            worker.stop(stopTimeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
