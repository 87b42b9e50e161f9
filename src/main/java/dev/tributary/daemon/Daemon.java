package dev.tributary.daemon;

import static java.util.Objects.requireNonNull;

import dev.tributary.daemon.jobs.BackgroundJobs;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.status.DaemonActions;
import dev.tributary.daemon.status.DaemonStatus;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.OwnTables;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.document.InvalidResourceException;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.http.status.StatusPage;
import dev.tributary.local.DynamoDbLocal;
import dev.tributary.local.LocalSettings;
import dev.tributary.model.Failures;
import dev.tributary.stream.SourceWorker;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.read.ReaderThreads;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Phase;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.Meters;
import dev.tributary.telemetry.MetricsLog;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The life cycle of the whole program. Started once and stopped once; a stop may come while the start is under way. */
public final class Daemon {

    /** Part of {@link Settings#shutdownTimeout()} that is kept for what stops after the sources and the write server. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(1);

    /** Time after which a thread that reads streams ends. */
    private static final Duration IDLE_READER = Duration.ofSeconds(5);

    /** The health component of the daemon as a whole while it starts. */
    private static final String COMPONENT = "daemon";

    /** The fraction of the heap for changes that were read and are not in every target yet, as its divisor. */
    private static final int HEAP_DIVISOR = 4;

    private final Settings settings;
    private final String worker;
    private final Consumer<Throwable> onFatal;
    private final Health health = new Health();
    private final Meters meters = new Meters();
    private final ShutdownStack started = new ShutdownStack();

    private @Nullable SourceWorkers sources;
    private @Nullable Banner banner;

    /**
     * @param onFatal accepts an error after which the process must stop; may be called by any thread, more than once
     */
    public Daemon(Settings settings, Consumer<Throwable> onFatal) {
        this.settings = settings;
        this.worker = WorkerId.of(settings);
        this.onFatal = onFatal;
    }

    /**
     * Starts everything. Whether it succeeds or not, {@link #stop()} has to follow.
     *
     * @throws StartException if the configuration, the tables or this machine do not allow it
     * @throws CancellationException if the stop came first
     */
    public void start() throws StartException {
        HttpFiles.check(settings); // before anything is created, copied or read
        LeaseTimings timings = new LeaseTimings(settings.lease().duration());
        DynamoDbLocal local = startLocal();
        Clients clients = started.push(
                new Clients(settings.aws(), local == null ? null : local.place(), timings.writeTimeout(), targets()));
        if (local != null) {
            LocalDatabase.createTables(settings, clients.local());
        }
        CheckedTables tables = TableChecks.run(settings, clients);
        try {
            start(timings, tables, clients, local);
        } catch (SourceStartException e) {
            throw new StartException(e.mayPass() ? ExitCode.FAILED : ExitCode.TABLES, e);
        } catch (HttpStartException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        } catch (InvalidResourceException e) {
            throw new StartException(ExitCode.CONFIGURATION, String.join(System.lineSeparator(), e.errors()));
        }
    }

    private @Nullable DynamoDbLocal startLocal() throws StartException {
        return settings.local().mode() == LocalSettings.Mode.OFF
                ? null
                : started.push(LocalDatabase.start(settings.local()));
    }

    /**
     * Start order: the admin server first, so that health answers while the sources start. Requests come last. The admin
     * server, our own tables and the workers are made at the same time, as each takes a while in a new process.
     */
    private void start(LeaseTimings timings, CheckedTables tables, Clients clients, @Nullable DynamoDbLocal local) {
        health.report(COMPONENT, Status.STARTING, "the sources and servers are being started");
        CompletableFuture<Void> ownTables = OwnTables.create(settings, tables, clients);
        HttpServers servers = new HttpServers(settings, health, started.push(meters), started);
        DaemonStatus status = new DaemonStatus(
                new DaemonStatus.Identity(ProgramVersion.current(), worker, hasLocalStream(tables)),
                settings,
                clients,
                health,
                meters.registry(),
                Clock.systemUTC(),
                System::nanoTime);
        DaemonActions actions = started.push(new DaemonActions(settings, tables, clients, Clock.systemUTC()));
        CompletableFuture<URI> adminStart = CompletableFuture.supplyAsync(
                () -> servers.startAdmin(new StatusPage(status, actions, status.tablesPause())));
        ScheduledExecutorService timer = startTimer();
        status.start(timer);
        startMetricsLog(timer);
        SourceWorker.Shared shared = shared(timings, tables, timer, startReaders(timer));
        started.push((AutoCloseable) servers::awaitWritesClosed);
        Duration stopTimeout = settings.shutdownTimeout().minus(STOP_MARGIN);
        SourceWorkers workers = new SourceWorkers(settings, tables, clients, shared, stopTimeout.minus(STOP_MARGIN));
        URI admin = Failures.join(adminStart);
        ownTables.join();
        started.push((AutoCloseable) workers::stop);
        sources = workers;
        workers.start(started);
        BackgroundJobs jobs =
                new BackgroundJobs(settings, tables, clients, worker, health, meters.registry(), Clock.systemUTC());
        started.push(jobs);
        jobs.start();
        Optional<URI> writes = servers.startWrites(tables, clients, stopTimeout, workers);
        health.forget(COMPONENT);
        health.enter(Phase.READY);
        banner = new Banner(
                settings,
                writes,
                admin,
                Optional.ofNullable(local).map(DynamoDbLocal::endpoint),
                writes.flatMap(uri -> SampleRequest.curl(uri, settings, tables)));
    }

    private boolean hasLocalStream(CheckedTables tables) {
        return settings.source().keySet().stream().anyMatch(tables::isLocal);
    }

    private int targets() {
        return settings.source().values().stream()
                .mapToInt(source -> source.route().size())
                .sum();
    }

    private void startMetricsLog(ScheduledExecutorService timer) {
        settings.log().metrics().ifPresent(interval -> new MetricsLog(meters.registry()).start(timer, interval));
    }

    private ScheduledExecutorService startTimer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(2, task -> new Thread(task, "timer"));
        timer.setRemoveOnCancelPolicy(true);
        started.push((AutoCloseable) timer::shutdownNow);
        return timer;
    }

    /** As many threads as reads wait for a stream. A read that comes after the end is left out. */
    private ReaderThreads startReaders(ScheduledExecutorService timer) {
        ThreadPoolExecutor readers = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_READER.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                task -> new Thread(task, "stream-reader"),
                new ThreadPoolExecutor.DiscardPolicy());
        started.push((AutoCloseable) readers::shutdownNow);
        return new ReaderThreads(readers, timer);
    }

    private SourceWorker.Shared shared(
            LeaseTimings timings, CheckedTables tables, ScheduledExecutorService timer, ReaderThreads readers) {
        return new SourceWorker.Shared(
                worker,
                tables.reported(settings.source()),
                timings,
                Runtime.getRuntime().maxMemory()
                        / HEAP_DIVISOR
                        / Math.max(1, settings.source().size()),
                settings.shutdownTimeout().dividedBy(3),
                timer,
                readers,
                meters.registry(),
                health,
                Clock.systemUTC(),
                onFatal);
    }

    /** Waits until this process reads every source; false if other workers hold the shards of one. */
    public boolean awaitReading(Duration atMost) throws InterruptedException {
        return requireNonNull(sources).awaitReading(atMost);
    }

    /**
     * The text that the command line prints when the daemon is ready.
     *
     * @param reading whether this process reads every source
     */
    public String banner(boolean reading) {
        return requireNonNull(banner).text(reading);
    }

    /** What makes no progress, for people; empty while the process is alive. */
    public List<String> stuck() {
        return health.liveness().stuck();
    }

    /** Stops in the reverse order of the start, within {@link Settings#shutdownTimeout()} as far as possible. */
    public void stop() throws InterruptedException {
        health.enter(Phase.STOPPING);
        started.close();
    }
}
