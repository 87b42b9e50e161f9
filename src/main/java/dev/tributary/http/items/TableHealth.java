package dev.tributary.http.items;

import dev.tributary.document.Problem;
import dev.tributary.http.access.Access;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogThrottle;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports that the table of a route refuses writes or reads, and that it takes them again: in health, and in the log.
 * Reads and writes are separate: a read that succeeds shows nothing of the right to write. Safe for any thread.
 */
public final class TableHealth {

    private static final Logger log = LoggerFactory.getLogger(TableHealth.class);

    private final Health health;
    private final String component;
    private final String table;
    private final Map<Access, Trouble> troubles = new EnumMap<>(Access.class);

    /** Of the reads or of the writes; guarded by the {@link TableHealth}, but for the look whether there is any. */
    private static final class Trouble {
        private final LogThrottle<Problem.Kind> episodes = new LogThrottle<>();
        private volatile @Nullable Problem last;
    }

    public TableHealth(Health health, Resource route) {
        this.health = health;
        this.component = "write " + route.name();
        this.table = route.table();
        for (Access access : Access.values()) {
            troubles.put(access, new Trouble());
        }
        report();
    }

    /**
     * Updates the health of the table from the result of one call.
     *
     * @param access what the request asked of the table
     */
    public void heard(Access access, WriteResult result) {
        Trouble trouble = troubles.get(access);
        if (trouble == null) {
            throw new IllegalStateException("no trouble of " + access);
        }
        if (result instanceof WriteResult.Refused refused) {
            refused(access, trouble, refused.problem());
        } else if (trouble.last != null) {
            well(access, trouble);
        }
    }

    private synchronized void well(Access access, Trouble trouble) {
        trouble.last = null;
        report();
        if (trouble.episodes.ends()) {
            log.info("{}: {} succeed again", component, plural(access));
        }
    }

    private void refused(Access access, Trouble trouble, Problem problem) {
        switch (problem.kind()) {
            case MALFORMED_JSON,
                    NOT_AN_OBJECT,
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
            case INVALID_ITEM ->
                // The same; what DynamoDB said may quote the item, so it is for a log that somebody asked for.
                problem.cause().ifPresent(cause -> log.debug("{}: an item was refused: {}", component, cause));
            case THROTTLED, TIMEOUT, UNAVAILABLE, TABLE_UNAVAILABLE -> failing(access, trouble, problem);
        }
    }

    /**
     * Degraded and never down: only another request can show that the table is well again, and none would come to a
     * daemon that is reported down. The texts of these kinds speak of the table only, so they may be logged.
     */
    private synchronized void failing(Access access, Trouble trouble, Problem problem) {
        Problem before = trouble.last;
        trouble.last = problem;
        if (before == null || before.kind() != problem.kind()) {
            report();
        }
        if (trouble.episodes.begins(problem.kind())) {
            log.warn("{}: {} fail: {}", component, plural(access), text(problem));
        }
    }

    private synchronized void report() {
        for (Access access : new Access[] {Access.WRITE, Access.READ}) {
            Trouble trouble = troubles.get(access);
            Problem problem = trouble == null ? null : trouble.last;
            if (problem != null) {
                health.report(component, Status.DEGRADED, "%s fail: %s".formatted(plural(access), text(problem)));
                return;
            }
        }
        health.report(component, Status.UP, "taking writes for table " + table);
    }

    private static String text(Problem problem) {
        return problem.cause().orElse(problem.detail());
    }

    private static String plural(Access access) {
        return access.written() + "s";
    }
}
