package dev.tributary.replication;

import dev.tributary.table.WriteFailure;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that a route is in trouble, and once that it is out of it. */
final class RouteHealth {

    private static final Logger log = LoggerFactory.getLogger(RouteHealth.class);

    private final Health health;
    private final String route;
    private final AtomicReference<WriteFailure.@Nullable Kind> trouble = new AtomicReference<>();

    RouteHealth(Health health, String route) {
        this.health = health;
        this.route = route;
        health.report(component(), Status.UP, "writing");
    }

    void succeeded() {
        if (trouble.get() != null && trouble.getAndSet(null) != null) {
            health.report(component(), Status.UP, "writing");
            log.info("{}: writes succeed again", route);
        }
    }

    void failed(WriteFailure failure) {
        boolean known = Objects.equals(trouble.getAndSet(failure.kind()), failure.kind());
        Status status = failure.kind() == WriteFailure.Kind.CAPACITY ? Status.DEGRADED : Status.DOWN;
        health.report(component(), status, failure.message());
        if (!known) {
            log.warn(
                    "{}: writes fail ({}) and are tried again until they succeed: {}",
                    route,
                    failure.kind(),
                    failure.message());
        }
    }

    private String component() {
        return "route " + route;
    }
}
