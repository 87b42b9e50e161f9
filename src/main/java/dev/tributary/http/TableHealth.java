package dev.tributary.http;

import dev.tributary.ingest.Problem;
import dev.tributary.ingest.WriteResult;
import dev.tributary.ingest.WriteRoute;
import dev.tributary.telemetry.Episodes;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that the table of a route refuses writes, and that it takes them again: in health, and in the log. */
final class TableHealth {

    private static final Logger log = LoggerFactory.getLogger(TableHealth.class);

    private final Health health;
    private final String component;
    private final AtomicReference<Problem.@Nullable Kind> trouble = new AtomicReference<>();
    private final Episodes<Problem.Kind> episodes = new Episodes<>();

    TableHealth(Health health, WriteRoute route) {
        this.health = health;
        this.component = "write " + route.name();
        health.report(component, Status.UP, "taking writes for table " + route.table());
    }

    void heard(WriteResult result) {
        if (result instanceof WriteResult.Refused refused) {
            refused(refused.problem());
        } else if (trouble.getAndSet(null) != null) {
            health.report(component, Status.UP, "writes succeed again");
            if (episodes.ends()) {
                log.info("{}: writes succeed again", component);
            }
        }
    }

    private void refused(Problem problem) {
        switch (problem.kind()) {
            case MALFORMED_JSON,
                    NOT_AN_OBJECT,
                    INVALID_ITEM,
                    ITEM_TOO_LARGE,
                    PATCH_TOO_LARGE,
                    BAD_KEY,
                    NO_SUCH_ITEM,
                    PRECONDITION_FAILED,
                    PRECONDITION_REQUIRED,
                    BAD_PRECONDITION,
                    BAD_IDEMPOTENCY_KEY,
                    IDEMPOTENCY_KEY_REQUIRED,
                    IDEMPOTENCY_KEY_REUSED,
                    REQUEST_IN_PROGRESS,
                    CONTENDED -> {
                // Says something of the request and nothing of the table.
            }
            case THROTTLED, TIMEOUT, UNAVAILABLE, TABLE_UNAVAILABLE -> failing(problem);
        }
    }

    /**
     * Degraded and never down: only another request can show that the table is well again, and none would come to a
     * daemon that is reported down. The detail of these kinds speaks of the table only, so it may be logged.
     */
    private void failing(Problem problem) {
        boolean known = Objects.equals(trouble.getAndSet(problem.kind()), problem.kind());
        if (!known) {
            health.report(component, Status.DEGRADED, problem.detail());
        }
        if (episodes.begins(problem.kind())) {
            log.warn("{}: {}", component, problem.detail());
        }
    }
}
