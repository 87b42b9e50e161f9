package dev.tributary.http.items;

import dev.tributary.document.Problem;
import dev.tributary.http.access.Access;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports in health and in the log whether the table of a resource takes reads and writes. The two are separate
 * conditions: a read that succeeds is no evidence that writes are permitted. Safe for any thread.
 */
public final class TableHealth {

    private static final Logger log = LoggerFactory.getLogger(TableHealth.class);

    private final String component;
    private final Conditions conditions;

    public TableHealth(Health health, Resource resource) {
        this.component = (resource.isWritable() ? "write " : "read ") + resource.name();
        String working = (resource.isWritable() ? "taking writes for" : "reading") + " table " + resource.table();
        this.conditions = health.conditions(component, () -> new Health.Component(Status.UP, working));
    }

    /**
     * Updates the health of the table from the result of one call.
     *
     * @param access what the request asked of the table
     */
    public void record(Access access, WriteResult result) {
        record(
                access,
                result instanceof WriteResult.Refused refused ? Optional.of(refused.problem()) : Optional.empty());
    }

    /**
     * Updates the health of the table from the result of one request.
     *
     * @param refusal empty if it succeeded
     */
    public void record(Access access, Optional<Problem> refusal) {
        String requests = access.written() + "s";
        refusal.ifPresentOrElse(
                problem -> refused(requests, problem),
                () -> conditions.clear(requests, () -> log.info("{}: {} succeed again", component, requests)));
    }

    private void refused(String requests, Problem problem) {
        switch (problem.kind()) {
            case MALFORMED_JSON,
                    NOT_AN_OBJECT,
                    ITEM_TOO_LARGE,
                    PATCH_TOO_LARGE,
                    BAD_KEY,
                    BAD_CURSOR,
                    NO_SUCH_ITEM,
                    PRECONDITION_FAILED,
                    PRECONDITION_REQUIRED,
                    BAD_PRECONDITION,
                    BAD_IDEMPOTENCY_KEY,
                    IDEMPOTENCY_KEY_REQUIRED,
                    IDEMPOTENCY_KEY_REUSED,
                    REQUEST_IN_PROGRESS,
                    CONTENDED -> {
                // The fault of the request: no evidence about the table.
            }
            case INVALID_ITEM ->
                // The same. DynamoDB's message may quote the item, so it is logged at debug only.
                problem.cause().ifPresent(cause -> log.debug("{}: an item was refused: {}", component, cause));
            case THROTTLED, TIMEOUT, UNAVAILABLE, TABLE_UNAVAILABLE, TABLE_CHANGED -> failing(requests, problem);
        }
    }

    /**
     * Degraded and never down: only another request can show that the table works again, and a daemon that is reported
     * down gets none. The texts of these kinds describe the table only, so they may be logged.
     */
    private void failing(String requests, Problem problem) {
        String cause = problem.cause().orElse(problem.detail());
        conditions.raise(
                requests,
                problem.kind(),
                Status.DEGRADED,
                "%s fail: %s".formatted(requests, cause),
                () -> log.warn("{}: {} fail: {}", component, requests, cause));
    }
}
