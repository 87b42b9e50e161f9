package dev.tributary.table;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a table takes batches of PartiQL statements, as far as is known: where it refused one, the next is tried a
 * minute later, because permissions change while the daemon runs. Safe for any thread.
 */
final class BatchPermission {

    private static final Logger log = LoggerFactory.getLogger(BatchPermission.class);

    private static final long PAUSE = Duration.ofMinutes(1).toNanos();

    private final String table;
    private final LongSupplier nanoTime;
    private volatile boolean refused;
    private volatile long next;

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    BatchPermission(String table, LongSupplier nanoTime) {
        this.table = table;
        this.nanoTime = nanoTime;
    }

    /** Whether to send a batch now. */
    boolean holds() {
        return !refused || nanoTime.getAsLong() - next >= 0;
    }

    /** A batch was refused for what it is. */
    synchronized void refused(String reason) {
        next = nanoTime.getAsLong() + PAUSE;
        if (!refused) {
            refused = true;
            log.warn(
                    "{}: writes go one by one, at more cost, because batches of PartiQL statements are refused ({}), and"
                            + " one is tried again every minute; allow dynamodb:PartiQLInsert, PartiQLUpdate and"
                            + " PartiQLDelete on the table",
                    table,
                    reason);
        }
    }

    /** A batch was answered. */
    void granted() {
        if (refused) {
            end();
        }
    }

    /** Not by the answer of a batch that was sent before the refusal. */
    private synchronized void end() {
        if (refused && nanoTime.getAsLong() - next >= 0) {
            refused = false;
            log.info("{}: batches of PartiQL statements are accepted again", table);
        }
    }
}
