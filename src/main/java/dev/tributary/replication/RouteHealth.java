package dev.tributary.replication;

import dev.tributary.table.WriteFailure;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Episodes;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the writes of one shard's pipeline to one target go: conditions in health, and a line in the log when they begin
 * and end. Safe for any thread.
 */
final class RouteHealth implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RouteHealth.class);

    private static final String WRITES = "writes";
    private static final String DEAD_LETTERS = "dead-letter table";
    private static final String PARKED = "parked";

    private final Conditions conditions;
    private final String route;
    private final IntSupplier parkedItems;
    private final Episodes<WriteFailure.Kind> writes = new Episodes<>();
    private final Episodes<WriteFailure.Kind> letters = new Episodes<>();

    /** Guarded by this, as are the next. */
    private boolean writing = true;

    private boolean parking = true;
    private int parked;

    /**
     * @param parkedItems how many items have parked changes
     */
    RouteHealth(Health health, String route, IntSupplier parkedItems) {
        this.conditions = health.conditions("route " + route, "writing");
        this.route = route;
        this.parkedItems = parkedItems;
        count();
    }

    synchronized void succeeded() {
        if (!writing) {
            writing = true;
            conditions.clear(WRITES);
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
        writing = false;
        conditions.raise(WRITES, status(failure), failure.message());
    }

    /** The table of dead letters answered, and the number of parked items may be another. */
    synchronized void parkingSucceeded() {
        if (!parking) {
            parking = true;
            conditions.clear(DEAD_LETTERS);
            if (letters.ends()) {
                log.info("{}: the dead-letter table answers again", route);
            }
        }
        count();
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
        parking = false;
        conditions.raise(DEAD_LETTERS, status(failure), "dead-letter table " + table + ": " + failure.message());
    }

    private void count() {
        int now = parkedItems.getAsInt();
        if (now == parked) {
            return;
        }
        parked = now;
        if (now == 0) {
            conditions.clear(PARKED);
        } else {
            conditions.raise(
                    PARKED, Status.DEGRADED, now + (now == 1 ? " item has" : " items have") + " parked changes");
        }
    }

    /** The pipeline is of no use any more, and its conditions are another worker's to report. */
    @Override
    public void close() {
        conditions.close();
    }

    private static Status status(WriteFailure failure) {
        return failure.kind() == WriteFailure.Kind.CAPACITY ? Status.DEGRADED : Status.DOWN;
    }
}
