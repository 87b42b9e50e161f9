package dev.tributary.daemon;

import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceWorker;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the reading of a source while one of its routes is paused, by its settings or by an operator: all routes of a source
 * share its position in the stream.
 */
final class SourcePauses {

    private static final Logger log = LoggerFactory.getLogger(SourcePauses.class);

    private static final Metric PAUSED = Metric.gauge("tributary.paused", """
            1 while the route is [paused](tables.md#pausing). Then nothing of its source is read.""", "route");

    private final String source;
    private final Map<String, RouteSettings> routes;
    private final SourceWorker worker;

    /** Full names of the paused routes. Written by one thread at a time. */
    private volatile Set<String> paused = Set.of();

    /** @param routes of the source, by name */
    SourcePauses(String source, Map<String, RouteSettings> routes, SourceWorker worker, MeterRegistry registry) {
        this.source = source;
        this.routes = routes;
        this.worker = worker;
        routes.keySet().stream()
                .map(this::fullName)
                .forEach(route -> PAUSED.gauge(registry, this, pauses -> pauses.paused.contains(route) ? 1 : 0, route));
    }

    private String fullName(String route) {
        return source + "." + route;
    }

    /**
     * Holds the source or lets it be read.
     *
     * @param byOperator full names of routes, also those of other sources
     */
    void apply(Set<String> byOperator) {
        Set<String> before = paused;
        Set<String> now = new TreeSet<>();
        routes.forEach((route, settings) -> {
            if (!settings.enabled() || byOperator.contains(fullName(route))) {
                now.add(fullName(route));
            }
        });
        paused = now;
        String reason = "paused: " + String.join(", ", now);
        if (!now.equals(before)) {
            log.info(
                    "source {}: {}",
                    LogFields.source(source),
                    now.isEmpty() ? "no route is paused any more, reading" : reason + ": nothing of it is read");
        }
        if (now.isEmpty()) {
            worker.release();
        } else {
            worker.hold(reason);
        }
    }

    /** Holds the source until the pauses are known. */
    void unknown(String table) {
        worker.hold("it is not known yet whether a route is paused: table " + table + " cannot be read");
    }
}
