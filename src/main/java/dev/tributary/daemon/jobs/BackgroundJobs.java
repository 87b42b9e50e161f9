package dev.tributary.daemon.jobs;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.jobs.reconcile.LeftPages;
import dev.tributary.jobs.reconcile.PageSettler;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.ContinuousVerification;
import dev.tributary.jobs.verify.Verification;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.lease.SharedLeaseTable;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * The jobs of a daemon on its routes, beside replication: checks of pages that a backfill has left, upkeep, and continuous
 * verification where it is configured.
 */
public final class BackgroundJobs implements AutoCloseable {

    private static final Duration TICK = Duration.ofSeconds(8);

    /** How often the pages that a backfill has left are checked. */
    private static final Duration SETTLE_INTERVAL = Duration.ofMinutes(1);

    private static final Duration CATCH_UP = Duration.ofMinutes(10);
    private static final int THREADS = 2;

    /** Longest wait for the current pages. Pages that take longer leave their locks to expire. */
    private static final Duration STOP = Duration.ofSeconds(1);

    private final Settings settings;
    private final CheckedTables tables;
    private final Clients clients;
    private final String worker;
    private final Health health;
    private final MeterRegistry registry;
    private final InstantSource clock;
    private final List<Supplier<CompletableFuture<Void>>> stops = new CopyOnWriteArrayList<>();

    /** Separate threads: comparing takes time, and a wait for replication makes calls that block. */
    private final ScheduledExecutorService timer =
            Executors.newScheduledThreadPool(THREADS, task -> new Thread(task, "jobs"));

    /** @param worker names this process in locks */
    public BackgroundJobs(
            Settings settings,
            CheckedTables tables,
            Clients clients,
            String worker,
            Health health,
            MeterRegistry registry,
            InstantSource clock) {
        this.settings = settings;
        this.tables = tables;
        this.clients = clients;
        this.worker = worker;
        this.health = health;
        this.registry = registry;
        this.clock = clock;
    }

    /** Starts the jobs of all routes. */
    public void start() {
        Map<DynamoDbAsyncClient, Map<String, PageSettler>> settlers = new HashMap<>();
        Map<DynamoDbAsyncClient, SharedLeaseTable> leases = new HashMap<>();
        settings.source().forEach((sourceName, source) -> source.route().forEach((routeName, route) -> {
            RouteJobs jobs = new RouteJobs(sourceName, routeName, settings, tables, clients, timer, clock);
            settlers.computeIfAbsent(clients.own(source), place -> new HashMap<>())
                    .put(jobs.name(), jobs.settler());
            RouteUpkeep upkeep = new RouteUpkeep(
                    jobs,
                    leases.computeIfAbsent(
                            clients.own(source),
                            place -> new SharedLeaseTable(place, settings.leaseTable(), System::nanoTime)),
                    worker,
                    health,
                    registry,
                    timer,
                    clock);
            stops.add(upkeep::stop);
            upkeep.start();
            route.verify().interval().ifPresent(every -> verify(jobs, route, every));
        }));
        settlers.forEach((place, ofPlace) ->
                new LeftPages(RouteParts.jobTable(place, settings), ofPlace, timer).start(SETTLE_INTERVAL));
    }

    private void verify(RouteJobs jobs, RouteSettings route, Duration every) {
        PacedCalls calls = new PacedCalls(new UnitRateLimiter(route.verify().readUnits(), System::nanoTime), timer);
        ContinuousVerification verification = new ContinuousVerification(
                jobs.states(),
                every,
                () -> jobs.parts().verificationLock(worker),
                position -> jobs.verification(CATCH_UP).thenApply(parts -> verification(parts, position, calls)),
                new ProofReport(jobs.name(), every, health, registry, clock)::seen,
                clock);
        stops.add(verification::stop);
        verification.start(timer, TICK);
    }

    private Verification verification(RouteVerification parts, Position position, PacedCalls calls) {
        return parts.verification(position, calls, RouteFindings.leaving(parts.deadLetters()), verified());
    }

    /** Routes that share the memory for digests of rows. */
    private int verified() {
        return (int) settings.source().values().stream()
                .flatMap(source -> source.route().values().stream())
                .filter(route -> route.verify().interval().isPresent())
                .count();
    }

    /** Stops the running jobs after their current pages; other processes, or the next start, continue them. */
    @Override
    public void close() {
        CompletableFuture<?>[] stopping = stops.stream().map(Supplier::get).toArray(CompletableFuture[]::new);
        CompletableFuture<Void> over =
                CompletableFuture.allOf(stopping).completeOnTimeout(null, STOP.toMillis(), TimeUnit.MILLISECONDS);
        over.join();
        timer.shutdownNow();
    }
}
