package dev.tributary.latewrite;

import dev.tributary.latewrite.LateWriteTable.Worker;
import java.util.concurrent.CompletableFuture;

/**
 * The announcements of this worker in the table for late writes: until when its writes may arrive late, and until when
 * its recorded removals have to be repeated. Safe for any thread.
 */
final class Announcements {

    /** An announcement covers this much more time than it has to, so that many late writes share one. */
    private static final long AHEAD_MILLIS = 10_000;

    private final LateWriteTable table;
    private final String source;

    /** The last stored announcement; guarded by this. */
    private Worker stored;

    /** The last announcement that was started; guarded by this. */
    private Worker started;

    /** The call of {@code started}; guarded by this. */
    private CompletableFuture<Void> call = CompletableFuture.completedFuture(null);

    /**
     * @param job whether the worker ends at once, and leaves the repetitions to others
     */
    Announcements(LateWriteTable table, String source, String worker, boolean job) {
        this.table = table;
        this.source = source;
        this.stored = new Worker(worker, 0, 0, 0, job);
        this.started = stored;
    }

    /**
     * Announces both times, in epoch milliseconds, unless that is done; completes when other workers can read them.
     *
     * @param writesUntil 0 if nothing is to be announced
     * @param removalsUntil 0 if nothing is to be announced
     */
    synchronized CompletableFuture<Void> announce(long writesUntil, long removalsUntil) {
        if (covers(stored, writesUntil, removalsUntil)) {
            return CompletableFuture.completedFuture(null);
        }
        if (call.isDone() || !covers(started, writesUntil, removalsUntil)) {
            Worker next = new Worker(
                    started.name(),
                    started.revision() + 1,
                    ahead(writesUntil, started.writesUntil()),
                    ahead(removalsUntil, started.removalsUntil()),
                    started.job());
            started = next;
            call = table.announce(source, next).thenRun(() -> store(next));
        }
        return call;
    }

    private static boolean covers(Worker announced, long writesUntil, long removalsUntil) {
        return writesUntil <= announced.writesUntil() && removalsUntil <= announced.removalsUntil();
    }

    private static long ahead(long until, long announced) {
        return until <= announced ? announced : until + AHEAD_MILLIS;
    }

    private synchronized void store(Worker next) {
        if (next.revision() > stored.revision()) {
            stored = next;
        }
    }
}
