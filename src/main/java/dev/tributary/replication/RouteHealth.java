package dev.tributary.replication;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogFields;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports how one shard's writes on a route succeed or fail, in health and in the log. Safe for any thread. */
final class RouteHealth implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RouteHealth.class);

    private static final String WRITES = "writes";
    private static final String REGRESSED = "regressed-versions";

    private final Conditions conditions;
    private final String route;

    /** A table beside the target that the route cannot work without. */
    enum SupportTable {
        DEAD_LETTERS("dead-letter table"),
        LATE_WRITES("late-write table");

        private final String condition;

        SupportTable(String condition) {
            this.condition = condition;
        }
    }

    /**
     * @param usual health of the route while no condition is raised
     */
    RouteHealth(Health health, String route, Supplier<Health.Component> usual) {
        this.conditions = health.conditions("route " + route, usual);
        this.route = route;
    }

    /** A write to the target succeeded. */
    void succeeded() {
        conditions.clear(WRITES, () -> log.info("{}: writes succeed again", LogFields.route(route)));
    }

    /** An attempt to write to the target failed and will be repeated. */
    void failed(WriteFailure failure) {
        conditions.raise(
                WRITES,
                failure.kind(),
                status(failure),
                failure.message(),
                () -> log.warn(
                        "{}: writes fail ({}) and are tried again until they succeed: {}",
                        LogFields.route(route),
                        failure.kind(),
                        failure.message()));
    }

    /**
     * A row refused a newer change of its own item. The condition stays until the pipeline closes: writes of other items
     * that succeed are no evidence about this one.
     */
    void regressed() {
        String detail = REGRESSED + ": rows of the target refuse newer changes of their own items, because they have"
                + " later versions. Another lease table reads the same source into this target, or did so since this one"
                + " began; see tables.md, \"Moving to a replica\"";
        conditions.raise(
                REGRESSED,
                REGRESSED,
                Status.DEGRADED,
                detail,
                () -> log.error("{}: {}", LogFields.route(route), detail));
    }

    /** A call to one of the daemon's tables succeeded. */
    void succeeded(SupportTable table) {
        conditions.clear(
                table.condition, () -> log.info("{}: the {} replies again", LogFields.route(route), table.condition));
    }

    /**
     * A call to one of the daemon's tables failed and will be repeated.
     *
     * @param name of the table
     */
    void failed(SupportTable table, String name, WriteFailure failure) {
        conditions.raise(
                table.condition,
                failure.kind(),
                status(failure),
                table.condition + " " + name + ": " + failure.message(),
                () -> log.warn(
                        "{}: {} {} fails ({}) and is tried again until it replies: {}",
                        LogFields.route(route),
                        table.condition,
                        name,
                        failure.kind(),
                        failure.message()));
    }

    /** Removes the conditions from health; the next owner of the shard reports its own. */
    @Override
    public void close() {
        conditions.close();
    }

    private static Status status(WriteFailure failure) {
        return failure.kind() == WriteFailure.Kind.CAPACITY ? Status.DEGRADED : Status.DOWN;
    }
}
