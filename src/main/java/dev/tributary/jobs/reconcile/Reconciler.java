package dev.tributary.jobs.reconcile;

import dev.tributary.deadletter.JobLock;
import dev.tributary.jobs.reconcile.Page.Put;
import dev.tributary.jobs.reconcile.PageResult.Refused;
import dev.tributary.jobs.scan.Attempts;
import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.ItemSize;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projected;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Puts rows that a target lacks, from the items of its source, while the daemon replicates their changes.
 *
 * <p>A row is put where the target has none, or one without a version stamp, with a version below every change of the
 * source's current epoch. So a row that replication has written stays, and every change to come replaces the row. Then the
 * item is read again, consistently: if it is gone, or has another key by now, the removal may have reached the target before
 * the row did, so the row is removed again unless a change has written it since. If the item changed in another way, that
 * change is still to come, or the row is replaced ({@link Recheck}).
 *
 * <p>The keys of a page are recorded before its first put, so that after a kill another process can make that check: the
 * next run, or a daemon ({@link PageSettler}). A put without an answer may take effect until its signature expires: the
 * record then stays, and the check is repeated until after that time.
 *
 * <p>Safe for any thread.
 */
public final class Reconciler {

    /** Most items of one page. */
    static final int MAX_PAGE_ITEMS = 100;

    /** Of the items of one page. */
    private static final long MAX_PAGE_BYTES = 1024 * 1024;

    /** A write unit pays for 1 KB. */
    private static final int BYTES_OF_A_UNIT = 1024;

    private final JobRoute route;
    private final ReconcileTiming timing;
    private final JobLock lock;
    private final Version version;
    private final JobLimits limits;
    private final Attempts attempts;
    private final KeyedReads source;
    private final Recheck recheck;
    private final PageSlots slots;

    /**
     * @param table records pages
     * @param run identifies this run among all of the route, also earlier ones
     * @param lock of the route, held already; renewed, and checked before each put
     * @param epoch of the source's current stream
     * @param limits of reads and writes
     * @param timer waits between attempts
     */
    public Reconciler(
            JobRoute route,
            JobTable table,
            String run,
            JobLock lock,
            String epoch,
            JobLimits limits,
            ReconcileTiming timing,
            ScheduledExecutorService timer) {
        this.route = route;
        this.timing = timing;
        this.lock = lock;
        this.limits = limits;
        this.version = Version.beforeAllOf(epoch);
        this.attempts = Attempts.with(timer);
        this.source = route.sourceItems(limits.reads());
        this.recheck = new Recheck(route, limits.reads(), attempts);
        this.slots = new PageSlots(table, route.name(), run, attempts);
    }

    /**
     * Puts the rows of these items where the target has none.
     *
     * @param items as they were read, also by an eventually consistent scan
     * @return fails if a call fails for good, or the lock is lost; the items may then be passed again
     */
    public CompletableFuture<PageResult> bring(List<Item> items) {
        CompletableFuture<PageResult> result = CompletableFuture.completedFuture(PageResult.NONE);
        for (List<Item> some : pages(items)) {
            result = result.thenCompose(before -> page(some).thenApply(before::and));
        }
        return result;
    }

    private static List<List<Item>> pages(List<Item> items) {
        List<List<Item>> pages = new ArrayList<>();
        List<Item> page = new ArrayList<>();
        long bytes = 0;
        for (Item item : items) {
            long size = ItemSize.of(item.attributes());
            if (!page.isEmpty() && (page.size() == MAX_PAGE_ITEMS || bytes + size > MAX_PAGE_BYTES)) {
                pages.add(List.copyOf(page));
                page.clear();
                bytes = 0;
            }
            page.add(item);
            bytes += size;
        }
        if (!page.isEmpty()) {
            pages.add(List.copyOf(page));
        }
        return pages;
    }

    private CompletableFuture<PageResult> page(List<Item> items) {
        List<Put> puts = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        for (Item item : items) {
            Item key = route.sourceKey().keyOf(item);
            VersionStamp stamp = recheck.stamp(key, version);
            Projected projected = route.projection().project(new Change.Insert(stamp, item));
            if (projected instanceof Projected.Write write && write.write() instanceof TargetWrite.Upsert upsert) {
                puts.add(new Put(new PageKey(key, upsert.row().key()), upsert));
            } else if (projected instanceof Projected.Refused reason) {
                refused.add(new Refused(stamp.owner(), reason.reason()));
            }
        }
        PageResult read = new PageResult(
                items.size(), 0, 0, items.size() - puts.size() - refused.size(), 0, List.copyOf(refused));
        return puts.isEmpty()
                ? CompletableFuture.completedFuture(read)
                : new Page(this, recheck, lock, slots.take(), version, List.copyOf(puts))
                        .run()
                        .thenApply(read::and);
    }

    JobRoute route() {
        return route;
    }

    KeyedReads source() {
        return source;
    }

    Attempts attempts() {
        return attempts;
    }

    ReconcileTiming timing() {
        return timing;
    }

    /** Waits until the write units of a row may be consumed. */
    CompletableFuture<Void> pace(Item row) {
        return limits.writes().reserve(Math.ceil((double) ItemSize.of(row.attributes()) / BYTES_OF_A_UNIT));
    }

    /** Renews the lock if it is time; fails if it is lost. */
    CompletableFuture<Void> ensure() {
        return lock.ensure();
    }

    /** The result of a write that the table refused; any other failure is passed on. */
    static CompletableFuture<PageResult> refusal(ItemKey item, Throwable thrown) {
        return Attempts.refusal(thrown)
                .map(refused -> CompletableFuture.completedFuture(
                        new PageResult(0, 0, 0, 0, 0, List.of(new Refused(item, refused.message())))))
                .orElseGet(() -> CompletableFuture.failedFuture(thrown));
    }

    /** Deletes the records of pages that are over; has to follow the last page. */
    public CompletableFuture<Void> close() {
        return slots.close();
    }
}
