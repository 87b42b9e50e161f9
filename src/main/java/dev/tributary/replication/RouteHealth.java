package dev.tributary.replication;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogThrottle;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the writes of one shard's pipeline to one target go: conditions in health, and a line in the log when they begin
 * and end. Safe for any thread.
 */
final class RouteHealth implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RouteHealth.class);

    private static final String WRITES = "writes";
    private static final String REGRESSED = "regressed-versions";

    private final Conditions conditions;
    private final String route;
    private final LogThrottle<WriteFailure.Kind> writes = new LogThrottle<>();
    private final OwnTable deadLetters = new OwnTable("dead-letter table");
    private final OwnTable lateWrites = new OwnTable("late-write table");

    /** Guarded by this, as is the next. */
    private boolean writing = true;

    private boolean regressed;

    /** A table of the daemon's own, without which the route cannot go on. Guarded by the route's health. */
    private final class OwnTable {
        private final String what;
        private final LogThrottle<WriteFailure.Kind> failures = new LogThrottle<>();
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
     * @param usual how the route is while nothing fails
     */
    RouteHealth(Health health, String route, Supplier<Health.Component> usual) {
        this.conditions = health.conditions("route " + route, usual);
        this.route = route;
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

    /**
     * A row refused a newer change of its own item. Shown until the pipeline ends: that other items go through says
     * nothing of this one.
     */
    synchronized void regressed() {
        if (regressed) {
            return;
        }
        regressed = true;
        String detail = REGRESSED + ": rows of the target refuse newer changes of their own items, because they have"
                + " later versions. Another lease table reads the same source into this target, or did so since this one"
                + " began; see operations.md, \"Moving to a replica\"";
        log.error("{}: {}", route, detail);
        conditions.raise(REGRESSED, Status.DEGRADED, detail);
    }

    /** The table of dead letters answered. */
    synchronized void parkingSucceeded() {
        deadLetters.succeeded();
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

    /** The pipeline is of no use any more, and its conditions are another worker's to report. */
    @Override
    public void close() {
        conditions.close();
    }

    private static Status status(WriteFailure failure) {
        return failure.kind() == WriteFailure.Kind.CAPACITY ? Status.DEGRADED : Status.DOWN;
    }
}
