package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.scan.Attempts;
import dev.tributary.telemetry.LogFields;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the pages of a route that a run has left, because it was killed or because puts got no answer, and removes the rows
 * whose items are gone. Once no put of a page can take effect any more, its record is deleted after a last check.
 *
 * <p>Every process of the route may do this at any time; see {@link Recheck}. Safe for any thread.
 */
public final class PageSettler {

    private static final Logger log = LoggerFactory.getLogger(PageSettler.class);

    private final JobRoute route;
    private final JobTable table;
    private final ReconcileTiming timing;
    private final Attempts attempts;
    private final Recheck recheck;

    public PageSettler(JobRoute route, JobTable table, ReconcileTiming timing, ScheduledExecutorService timer) {
        this.route = route;
        this.table = table;
        this.timing = timing;
        this.attempts = Attempts.with(timer);
        this.recheck = new Recheck(route, JobLimits.none(timer).reads(), attempts);
    }

    /**
     * Checks the pages whose puts have all started, or whose run is dead.
     *
     * @return the number of pages that have to be checked again later
     */
    public CompletableFuture<Integer> settle() {
        long now = timing.clock().millis();
        return attempts.of(() -> table.pages(route.name())).thenCompose(pages -> {
            List<PageRecord> left = pages.stream()
                    .filter(page -> now - page.at() >= timing.sends().toMillis())
                    .toList();
            CompletableFuture<Integer> open = CompletableFuture.completedFuture(pages.size() - left.size());
            for (PageRecord page : left) {
                open = open.thenCompose(before -> settle(page, now).thenApply(over -> over ? before : before + 1));
            }
            return open;
        });
    }

    /** Completes with whether the record of the page was deleted. */
    private CompletableFuture<Boolean> settle(PageRecord page, long now) {
        return recheck.check(page.version(), page.keys()).thenCompose(removed -> {
            if (removed > 0) {
                log.info(
                        "{}: removed {} rows of a backfill again, because their items are gone",
                        LogFields.route(route.name()),
                        removed);
            }
            return now < page.until()
                    ? CompletableFuture.completedFuture(false)
                    : attempts.of(() -> table.forget(route.name(), page)).thenApply(gone -> true);
        });
    }
}
