package dev.tributary.daemon;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.RoutePauses;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceWorker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the reading of a source while one of its routes is paused, by its settings or by an operator: all routes of a source
 * share its position in the stream. Looks every few seconds; never blocks, except at the start.
 */
final class PauseWatch {

    private static final Logger log = LoggerFactory.getLogger(PauseWatch.class);

    /** Pause between two looks. */
    static final Duration INTERVAL = Duration.ofSeconds(5);

    private final String source;
    private final Map<String, RouteSettings> routes;
    private final RoutePauses pauses;
    private final String table;
    private final SourceWorker worker;
    private final ScheduledExecutorService timer;

    /** Full names of the paused routes. */
    private volatile Set<String> paused = Set.of();

    /** Whether the table has answered, or cannot. */
    private volatile boolean known;

    private volatile boolean failing;

    /**
     * @param routes by name
     * @param table name of the table of the pauses, for messages
     * @param timer runs the looks
     */
    PauseWatch(
            String source,
            Map<String, RouteSettings> routes,
            RoutePauses pauses,
            String table,
            SourceWorker worker,
            ScheduledExecutorService timer,
            MeterRegistry registry) {
        this.source = source;
        this.routes = routes;
        this.pauses = pauses;
        this.table = table;
        this.worker = worker;
        this.timer = timer;
        routes.keySet().stream().map(this::fullName).forEach(route -> Gauge.builder(
                        "tributary.paused", this, watch -> watch.paused.contains(route) ? 1 : 0)
                .description("Whether a route is paused: then nothing of its source is read")
                .tag("route", route)
                .register(registry));
    }

    private String fullName(String route) {
        return source + "." + route;
    }

    /** Looks for the first time, and waits for that: a paused source is not read at all. Then looks periodically. */
    void start() {
        look().join();
        again();
    }

    private void again() {
        timer.schedule(
                () -> look().whenComplete((done, failure) -> again()), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<Void> look() {
        List<CompletableFuture<Optional<String>>> looks = routes.entrySet().stream()
                .map(route -> look(fullName(route.getKey()), route.getValue()))
                .toList();
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new)).handle((done, failure) -> {
            if (failure == null) {
                found(looks.stream().flatMap(look -> look.join().stream()).toList());
            } else {
                failed(WriteFailure.of(failure));
            }
            return null;
        });
    }

    /** Completes with the name if the route is paused. */
    private CompletableFuture<Optional<String>> look(String name, RouteSettings route) {
        return route.enabled()
                ? pauses.since(name).thenApply(since -> since.map(paused -> name))
                : CompletableFuture.completedFuture(Optional.of(name));
    }

    private void found(List<String> now) {
        known = true;
        failing = false;
        Set<String> before = paused;
        paused = new TreeSet<>(now);
        if (!paused.equals(before)) {
            log.info(
                    "source {}: {}",
                    source,
                    now.isEmpty() ? "no route is paused any more, reading" : reason() + ": nothing of it is read");
        }
        apply();
    }

    /** What is not known is kept. A table that is denied or missing has no pauses; any other failure is waited for. */
    private void failed(WriteFailure failure) {
        if (!failing) {
            failing = true;
            log.warn(
                    "source {}: table {} cannot be read, so a route that is paused or resumed is noticed later: {}",
                    source,
                    table,
                    failure.message());
        }
        if (known || failure.kind() != WriteFailure.Kind.CAPACITY) {
            known = true;
            paused = paused.isEmpty() ? disabled() : paused;
            apply();
        } else {
            worker.hold("it is not known yet whether a route is paused: table " + table + " cannot be read");
        }
    }

    private Set<String> disabled() {
        Set<String> disabled = new TreeSet<>();
        routes.forEach((route, settings) -> {
            if (!settings.enabled()) {
                disabled.add(fullName(route));
            }
        });
        return disabled;
    }

    private void apply() {
        if (paused.isEmpty()) {
            worker.release();
        } else {
            worker.hold(reason());
        }
    }

    private String reason() {
        return "paused: " + String.join(", ", paused);
    }
}
