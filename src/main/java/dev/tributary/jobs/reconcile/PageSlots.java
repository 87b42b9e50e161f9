package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.scan.Attempts;
import dev.tributary.model.Version;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The records of the pages of one run. A record is replaced by that of the next page, so a page costs one write; only the
 * last ones are deleted. A page that late writes may follow keeps its record. Safe for any thread.
 */
final class PageSlots {

    private final JobTable table;
    private final String route;
    private final Attempts attempts;
    private final String run;

    /** Guarded by this. */
    private final Deque<Slot> free = new ArrayDeque<>();

    /** Guarded by this. */
    private int made;

    /**
     * @param run identifies the run among all of the route
     */
    PageSlots(JobTable table, String route, String run, Attempts attempts) {
        this.table = table;
        this.route = route;
        this.run = run;
        this.attempts = attempts;
    }

    /** A place for one record; used by one page at a time. */
    final class Slot {
        private final String name;
        private PageRecord record = new PageRecord("", 0, new Version(""), 0, 0, List.of());

        private Slot(String name) {
            this.name = name;
        }

        /** Records the keys, in place of the record before; completes when they are stored. */
        CompletableFuture<Void> record(Version version, long at, long until, List<PageKey> keys) {
            PageRecord next = new PageRecord(name, record.revision() + 1, version, at, until, keys);
            record = next;
            return attempts.of(() -> table.record(route, next));
        }

        /** Ends the page, of which no put can take effect later. */
        void release() {
            giveBack(this);
        }

        private CompletableFuture<Void> forget() {
            return attempts.of(() -> table.forget(route, record));
        }
    }

    synchronized Slot take() {
        Slot slot = free.poll();
        return slot == null ? new Slot(run + "/" + made++) : slot;
    }

    private synchronized void giveBack(Slot slot) {
        free.push(slot);
    }

    /** Deletes the records of the pages that are over. */
    CompletableFuture<Void> close() {
        List<Slot> over;
        synchronized (this) {
            over = List.copyOf(free);
            free.clear();
        }
        return CompletableFuture.allOf(over.stream().map(Slot::forget).toArray(CompletableFuture[]::new));
    }
}
