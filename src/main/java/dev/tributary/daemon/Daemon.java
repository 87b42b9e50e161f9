package dev.tributary.daemon;

import static java.util.Objects.requireNonNull;

import dev.tributary.config.DeletePolicy;
import dev.tributary.config.LocalSettings;
import dev.tributary.config.SourceSettings;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.document.InvalidResourceException;
import dev.tributary.http.AdminServer;
import dev.tributary.http.WriteServer;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.items.Resource;
import dev.tributary.latewrite.LateWriteTiming;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.local.DynamoDbLocal;
import dev.tributary.local.LocalException;
import dev.tributary.local.LocalStreams;
import dev.tributary.local.LocalTables;
import dev.tributary.replication.Route;
import dev.tributary.stream.SourceWorker;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.Policies.Tombstones;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.Meters;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole program put together. Started once and stopped once; the stop may come while the start is under way. */
public final class Daemon {

    private static final Logger log = LoggerFactory.getLogger(Daemon.class);

    /** Of the time to stop, what is left for everything but the sources. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(1);

    /** What health shows of the daemon as a whole while it starts. */
    private static final String COMPONENT = "daemon";

    /** Part of the heap for changes that were read and are not in every target yet. */
    private static final int HEAP_PART = 4;

    /** Longest write of an HTTP request, retries included. */
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final Consumer<Throwable> onFatal;
    private final Health health = new Health();
    private final Meters meters = new Meters();
    private final List<SourceWorker> sources = new CopyOnWriteArrayList<>();

    private @Nullable DynamoDbLocal local;
    private @Nullable AdminServer admin;
    private @Nullable WriteServer writes;
    private @Nullable String sample;

    /** Closes the write server; of the thread that stops. */
    private @Nullable Thread stoppingWrites;

    /** What is closed at the end, the last opened first; guarded by this. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Nothing may be opened any more; guarded by this. */
    private boolean stopping;

    /**
     * @param onFatal told of an error after which the process must stop; may be called by any thread, more than once
     */
    public Daemon(Settings settings, Consumer<Throwable> onFatal) {
        this.settings = settings;
        this.onFatal = onFatal;
    }

    /**
     * Starts everything. Whether it succeeds or not, {@link #stop()} has to follow.
     *
     * @throws StartException if the tables or this machine do not allow it
     * @throws CancellationException if the stop came first
     */
    public void start() throws StartException {
        LeaseTimings timings = new LeaseTimings(settings.lease().duration());
        local = startLocal();
        Clients clients = opened(
                new Clients(settings.aws(), local == null ? null : local.place(), timings.writeTimeout(), targets()));
        createLocalTables(clients);
        TableChecks tables = TableChecks.run(settings, clients);
        try {
            health.report(COMPONENT, Status.STARTING, "not everything listens yet");
            admin = opened(AdminServer.start(settings.admin(), health, opened(meters)));
            startSources(timings, tables, clients);
            startWrites(tables, clients);
            health.forget(COMPONENT);
        } catch (SourceStartException e) {
            throw new StartException(e.mayPass() ? ExitCode.FAILED : ExitCode.TABLES, e);
        } catch (HttpStartException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        } catch (InvalidResourceException e) {
            throw new StartException(ExitCode.CONFIGURATION, String.join(System.lineSeparator(), e.errors()));
        }
    }

    private int targets() {
        return settings.source().values().stream()
                .mapToInt(source -> source.route().size())
                .sum();
    }

    private void startSources(LeaseTimings timings, TableChecks tables, Clients clients) {
        SourceWorker.Shared shared = new SourceWorker.Shared(
                WorkerId.of(settings),
                timings,
                Runtime.getRuntime().maxMemory()
                        / HEAP_PART
                        / Math.max(1, settings.source().size()),
                settings.shutdownTimeout().dividedBy(3),
                timer(),
                meters.registry(),
                health,
                Clock.systemUTC(),
                onFatal);
        DeadLetterTables deadLetters = new DeadLetterTables(settings.application(), timings.writeTimeout());
        LateWriteTables lateWrites = new LateWriteTables(settings.application(), timings.writeTimeout());
        String process = UUID.randomUUID().toString();
        opened((AutoCloseable) this::stopSources);
        settings.source().forEach((name, source) -> {
            SourceWorker worker = worker(
                    name,
                    source,
                    tables,
                    deadLetters,
                    LateWrites.ofDaemon(
                            lateWrites.in(clients.control(source)),
                            name,
                            process,
                            new LateWriteTiming(settings.lateWrite().horizon()),
                            shared.clock(),
                            shared.timer(),
                            shared.registry()),
                    clients,
                    shared);
            add(worker);
            worker.start();
        });
    }

    private void startWrites(TableChecks tables, Clients clients) {
        if (settings.resource().isEmpty()) {
            return;
        }
        IdempotencyTables keys = new IdempotencyTables(settings.application(), Clock.systemUTC());
        List<Resource> routes = settings.resource().entrySet().stream()
                .map(write -> new Resource(
                        write.getKey(),
                        write.getValue(),
                        tables.table(TableChecks.writePrefix(write.getKey())).key(),
                        clients.requests(write.getValue()),
                        WRITE_TIMEOUT,
                        Clock.systemUTC(),
                        keys.of(write.getValue(), clients)))
                .toList();
        WriteServer server = WriteServer.start(settings.http(), routes, health, meters.registry(), drain());
        opened((AutoCloseable) () -> stopWrites(server));
        writes = server;
        settings.resource().entrySet().stream()
                .findFirst()
                .ifPresent(write ->
                        sample = SampleRequest.curl(server.uri(), write.getKey(), write.getValue(), settings, tables));
    }

    /**
     * What a person reads when the daemon is ready.
     *
     * @param reading whether this process reads every source
     */
    public String banner(boolean reading) {
        return new Banner(
                        settings,
                        writes == null ? null : writes.uri(),
                        requireNonNull(admin).uri(),
                        local == null ? null : local.endpoint(),
                        sample,
                        reading)
                .text();
    }

    /** Waits until every source is being read by this process; false if other workers hold the shards of one. */
    public boolean awaitReading(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        boolean all = true;
        for (SourceWorker source : sources) {
            all &= source.awaitReading(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        return all;
    }

    private @Nullable DynamoDbLocal startLocal() throws StartException {
        if (settings.local().mode() == LocalSettings.Mode.OFF) {
            return null;
        }
        try {
            return opened(DynamoDbLocal.start(settings.local()));
        } catch (LocalException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        }
    }

    private void createLocalTables(Clients clients) throws StartException {
        if (settings.local().mode() == LocalSettings.Mode.OFF) {
            return;
        }
        try {
            LocalTables.create(settings.local().table(), clients.local());
            settings.source().values().stream()
                    .flatMap(source -> source.route().values().stream())
                    .filter(route -> route.projection().deletes() == DeletePolicy.TOMBSTONE)
                    .filter(route -> settings.local().table().containsKey(route.table()))
                    .forEach(route -> LocalTables.expire(
                            route.table(), Tombstones.of(route.target()).ttlAttribute(), clients.local()));
        } catch (LocalException e) {
            throw new StartException(ExitCode.TABLES, e);
        }
    }

    private SourceWorker worker(
            String name,
            SourceSettings source,
            TableChecks tables,
            DeadLetterTables deadLetters,
            LateWrites lateWrites,
            Clients clients,
            SourceWorker.Shared shared) {
        boolean ofLocal = tables.table(TableChecks.prefix(name))
                .streamArn()
                .filter(LocalStreams::isLocal)
                .isPresent();
        DeadLetterTable parked = deadLetters.in(clients.control(source), ofLocal);
        List<Route> routes = source.route().entrySet().stream()
                .map(route -> new Route(
                        name + "." + route.getKey(),
                        tables.projection(name, route.getKey(), route.getValue()),
                        new BatchingTable(
                                new TargetTable(
                                        clients.writes(route.getValue()),
                                        route.getValue().table(),
                                        Policies.of(
                                                route.getValue().projection().deletes(),
                                                route.getValue().target())),
                                BatchingTable.Limits.batchSize(
                                        route.getValue().target().batchSize()),
                                shared.timer()),
                        new ParkedItemIndex(parked, name + "." + route.getKey(), shared.clock())))
                .toList();
        return new SourceWorker(
                name,
                SourceIdentity.of(source, tables.table(TableChecks.prefix(name)).arn(), clients),
                source,
                routes,
                lateWrites,
                settings.leaseTable(name),
                new EnabledStream(clients.control(source), source.table()),
                clients.streams(source, ofLocal),
                clients.leases(source),
                shared);
    }

    private ScheduledExecutorService timer() {
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, task -> new Thread(task, "timer"));
        opened((AutoCloseable) timer::shutdownNow);
        return timer;
    }

    /** Stops in the reverse order of the start, within {@link Settings#shutdownTimeout()} as far as possible. */
    public void stop() throws InterruptedException {
        for (AutoCloseable next = lastOpened(); next != null; next = lastOpened()) {
            close(next);
        }
    }

    private synchronized @Nullable AutoCloseable lastOpened() {
        stopping = true;
        return opened.poll();
    }

    private static void close(AutoCloseable resource) throws InterruptedException {
        try {
            resource.close();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            log.warn("could not be closed: {}", resource, e);
        }
    }

    /** Longer than a request takes, as far as the time to stop allows. */
    private Duration drain() {
        Duration most = settings.shutdownTimeout().minus(STOP_MARGIN);
        Duration wanted = WRITE_TIMEOUT.plus(STOP_MARGIN);
        return wanted.compareTo(most) < 0 ? wanted : most;
    }

    /** While the sources stop, which wait for it to end. */
    private void stopWrites(WriteServer server) {
        Thread thread = new Thread(server::close, "stop-http");
        stoppingWrites = thread;
        thread.start();
    }

    /** All at once: each takes as long as its open writes do. */
    private void stopSources() throws InterruptedException {
        Duration atMost = settings.shutdownTimeout().minus(STOP_MARGIN.multipliedBy(2));
        List<Thread> stopping = sources.stream()
                .map(source -> new Thread(() -> stop(source, atMost), "stop"))
                .toList();
        stopping.forEach(Thread::start);
        for (Thread thread : stopping) {
            thread.join();
        }
        Thread ofWrites = stoppingWrites;
        if (ofWrites != null) {
            ofWrites.join();
        }
    }

    private static void stop(SourceWorker source, Duration atMost) {
        try {
            source.stop(atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void add(SourceWorker source) {
        if (stopping) {
            throw stopped();
        }
        sources.add(source);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        synchronized (this) {
            if (!stopping) {
                opened.push(resource);
                return resource;
            }
        }
        try {
            close(resource);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw stopped();
    }

    private static CancellationException stopped() {
        return new CancellationException("stopped while starting");
    }
}
