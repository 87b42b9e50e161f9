package dev.tributary.table;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tracks whether a table accepts batches of PartiQL statements. After a refusal the next batch is tried a minute
 * later, because permissions change while the daemon runs. Safe for any thread.
 */
final class BatchPermission {

    private static final Logger log = LoggerFactory.getLogger(BatchPermission.class);

    private static final long PAUSE = Duration.ofMinutes(1).toNanos();

    private final String table;
    private final LongSupplier nanoTime;
    private volatile boolean refused;
    private volatile long retryAt;

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    BatchPermission(String table, LongSupplier nanoTime) {
        this.table = table;
        this.nanoTime = nanoTime;
    }

    /** Whether to send a batch now. */
    boolean holds() {
        return !refused || nanoTime.getAsLong() - retryAt >= 0;
    }

    /** Records that a batch was refused because it is one. */
    synchronized void refused(String reason) {
        retryAt = nanoTime.getAsLong() + PAUSE;
        if (!refused) {
            refused = true;
            log.warn(
                    "{}: writes go one by one, at a higher cost, because batches of PartiQL statements are refused ({}),"
                            + " and one is tried again every minute; allow dynamodb:PartiQLInsert, PartiQLUpdate and"
                            + " PartiQLDelete on the table",
                    table,
                    reason);
        }
    }

    /** Records that a batch was accepted. */
    void granted() {
        if (refused) {
            end();
        }
    }

    /** Ignores the response to a batch that was sent before the refusal. */
    private synchronized void end() {
        if (refused && nanoTime.getAsLong() - retryAt >= 0) {
            refused = false;
            log.info("{}: batches of PartiQL statements are accepted again", table);
        }
    }
}
