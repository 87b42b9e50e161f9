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
    private static final String PARKED = "parked";

    private final Conditions conditions;
    private final String route;
    private final IntSupplier parkedItems;
    private final Episodes<WriteFailure.Kind> writes = new Episodes<>();
    private final OwnTable deadLetters = new OwnTable("dead-letter table");
    private final OwnTable lateWrites = new OwnTable("late-write table");

    /** Guarded by this, as is the next. */
    private boolean writing = true;

    private int parked;

    /** A table of the daemon's own, without which the route cannot go on. Guarded by the route's health. */
    private final class OwnTable {
        private final String what;
        private final Episodes<WriteFailure.Kind> failures = new Episodes<>();
        private boolean answers = true;

        OwnTable(String what) {
            this.what = what;
        }

        void succeeded() {
            if (!answers) {
                answers = true;
                conditions.clear(what);
                if (failures.ends()) {
                    log.info("{}: the {} answers again", route, what);
                }
            }
        }

        void failed(String table, WriteFailure failure) {
            if (failures.begins(failure.kind())) {
                log.warn(
                        "{}: {} {} fails ({}) and is tried again until it answers: {}",
                        route,
                        what,
                        table,
                        failure.kind(),
                        failure.message());
            }
            answers = false;
            conditions.raise(what, status(failure), what + " " + table + ": " + failure.message());
        }
    }

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
        deadLetters.succeeded();
        count();
    }

    synchronized void parkingFailed(String table, WriteFailure failure) {
        deadLetters.failed(table, failure);
    }

    synchronized void lateWritesSucceeded() {
        lateWrites.succeeded();
    }

    synchronized void lateWritesFailed(String table, WriteFailure failure) {
        lateWrites.failed(table, failure);
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
