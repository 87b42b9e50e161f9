package dev.tributary.replication;

import dev.tributary.table.WriteFailure;
import dev.tributary.telemetry.Episodes;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that a route is in trouble, and that it is out of it: in health, and in the log. Safe for any thread. */
final class RouteHealth {

    private static final Logger log = LoggerFactory.getLogger(RouteHealth.class);

    private final Health health;
    private final String route;
    private final IntSupplier parkedItems;
    private final Episodes<WriteFailure.Kind> writes = new Episodes<>();
    private final Episodes<WriteFailure.Kind> letters = new Episodes<>();

    /** Guarded by this, as are the next. */
    private @Nullable WriteFailure writing;

    private @Nullable WriteFailure parking;
    private int parked;

    /**
     * @param parkedItems how many items have parked changes
     */
    RouteHealth(Health health, String route, IntSupplier parkedItems) {
        this.health = health;
        this.route = route;
        this.parkedItems = parkedItems;
        report();
    }

    synchronized void succeeded() {
        if (writing != null) {
            writing = null;
            report();
            if (writes.ends()) {
                log.info("{}: writes succeed again", route);
            }
        }
    }

    synchronized void failed(WriteFailure failure) {
        if (writes.begins(failure.kind())) {
            log.warn(
                    "{}: writes fail ({}) and are tried again until they succeed: {}",
                    route,
                    failure.kind(),
                    failure.message());
        }
        writing = failure;
        report();
    }

    /** The table of dead letters answered, and the number of parked items may be another. */
    synchronized void parkingSucceeded() {
        if (parking != null) {
            if (letters.ends()) {
                log.info("{}: the dead-letter table answers again", route);
            }
            parking = null;
            report();
        } else if (parked != parkedItems.getAsInt()) {
            report();
        }
    }

    synchronized void parkingFailed(String table, WriteFailure failure) {
        if (letters.begins(failure.kind())) {
            log.warn(
                    "{}: dead-letter table {} fails ({}) and is tried again until it answers: {}",
                    route,
                    table,
                    failure.kind(),
                    failure.message());
        }
        parking = new WriteFailure(failure.kind(), "dead-letter table " + table + ": " + failure.message());
        report();
    }

    private void report() {
        parked = parkedItems.getAsInt();
        WriteFailure trouble = writing == null ? parking : writing;
        if (trouble != null) {
            Status status = trouble.kind() == WriteFailure.Kind.CAPACITY ? Status.DEGRADED : Status.DOWN;
            health.report(component(), status, trouble.message());
        } else if (parked > 0) {
            health.report(
                    component(),
                    Status.DEGRADED,
                    parked + (parked == 1 ? " item has" : " items have") + " parked changes");
        } else {
            health.report(component(), Status.UP, "writing");
        }
    }

    private String component() {
        return "route " + route;
    }
}
