package dev.tributary.cli;

import dev.tributary.config.LocalSettings;
import dev.tributary.config.Settings;
import dev.tributary.config.SourceSettings;
import dev.tributary.local.DynamoDbLocal;
import dev.tributary.local.LocalException;
import dev.tributary.local.LocalStreams;
import dev.tributary.local.LocalTables;
import dev.tributary.projection.Projection;
import dev.tributary.replication.Route;
import dev.tributary.stream.LeaseTimings;
import dev.tributary.stream.SourceStream;
import dev.tributary.stream.SourceWorker;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole program put together. Started and stopped once, by one thread. */
final class Daemon {

    private static final Logger log = LoggerFactory.getLogger(Daemon.class);

    /** Of the time to stop, what is left for everything but the sources. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(1);

    private final Settings settings;
    private final Consumer<Throwable> onFatal;
    private final Health health = new Health();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<SourceWorker> sources = new ArrayList<>();

    /** What is closed at the end, the last opened first. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /**
     * @param onFatal told of an error after which the process must stop; may be called by any thread, more than once
     */
    Daemon(Settings settings, Consumer<Throwable> onFatal) {
        this.settings = settings;
        this.onFatal = onFatal;
    }

    /**
     * Starts everything. Whether it succeeds or not, {@link #stop()} has to follow.
     *
     * @throws StartException if the tables or this machine do not allow it
     */
    void start() throws StartException {
        LeaseTimings timings = new LeaseTimings(settings.lease().duration());
        DynamoDbLocal local = startLocal();
        Clients clients = opened(new Clients(settings.aws(), local, timings.writeTimeout()));
        createLocalTables(clients);
        TableChecks tables = TableChecks.run(settings, clients);

        SourceWorker.Shared shared = new SourceWorker.Shared(
                WorkerId.of(settings),
                timings,
                settings.shutdownTimeout().minus(STOP_MARGIN).dividedBy(2),
                timer(),
                registry,
                health,
                Clock.systemUTC(),
                onFatal);
        settings.source().forEach((name, source) -> {
            SourceWorker worker = worker(name, source, tables, clients, shared);
            sources.add(worker);
            worker.start();
        });
    }

    /** Waits until every source is being read by this process; false if other workers hold the shards of one. */
    boolean awaitReading(Duration atMost) throws InterruptedException {
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
            throw new StartException(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()));
        }
    }

    private void createLocalTables(Clients clients) throws StartException {
        if (settings.local().mode() == LocalSettings.Mode.OFF) {
            return;
        }
        try {
            LocalTables.create(settings.local().table(), clients.local());
        } catch (LocalException e) {
            throw new StartException(ExitCode.TABLES, String.valueOf(e.getMessage()));
        }
    }

    private SourceWorker worker(
            String name, SourceSettings source, TableChecks tables, Clients clients, SourceWorker.Shared shared) {
        String arn = tables.table(TableChecks.prefix(name)).streamArn().orElseThrow();
        List<Route> routes = source.route().entrySet().stream()
                .map(route -> new Route(
                        name + "." + route.getKey(),
                        new Projection(
                                route.getValue(),
                                tables.table(TableChecks.prefix(name, route.getKey()))
                                        .key()),
                        new TargetTable(
                                clients.writes(route.getValue()),
                                route.getValue().table())))
                .toList();
        return new SourceWorker(
                new SourceStream(name, source.table(), LocalStreams.isLocal(arn) ? LocalStreams.toAws(arn) : arn),
                source,
                routes,
                settings.application() + "-" + name,
                clients.streams(source),
                clients.control(source),
                shared);
    }

    private ScheduledExecutorService timer() {
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, task -> new Thread(task, "timer"));
        opened.push(timer::shutdownNow);
        return timer;
    }

    /** Stops in the reverse order of the start, within {@link Settings#shutdownTimeout()} as far as possible. */
    void stop() throws InterruptedException {
        stopSources(settings.shutdownTimeout().minus(STOP_MARGIN));
        while (!opened.isEmpty()) {
            AutoCloseable next = opened.pop();
            try {
                next.close();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                log.warn("could not be closed: {}", next, e);
            }
        }
    }

    /** All at once: each takes as long as its open writes do. */
    private void stopSources(Duration atMost) throws InterruptedException {
        List<Thread> stopping = sources.stream()
                .map(source -> new Thread(() -> stop(source, atMost), "stop"))
                .toList();
        stopping.forEach(Thread::start);
        for (Thread thread : stopping) {
            thread.join();
        }
    }

    private static void stop(SourceWorker source, Duration atMost) {
        try {
            source.stop(atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }
}
