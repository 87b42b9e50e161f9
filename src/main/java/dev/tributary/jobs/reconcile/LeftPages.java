package dev.tributary.jobs.reconcile;

import dev.tributary.model.Failures;
import dev.tributary.telemetry.LogThrottle;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks periodically for pages that backfills have left, with one call for all routes of a table of jobs, and lets the
 * {@link PageSettler} of each such route check them.
 */
public final class LeftPages {

    private static final Logger log = LoggerFactory.getLogger(LeftPages.class);

    private final JobTable table;
    private final Map<String, PageSettler> settlers;
    private final ScheduledExecutorService timer;
    private final LogThrottle<String> failures = new LogThrottle<>();

    /** @param settlers by route; pages of other routes stay */
    public LeftPages(JobTable table, Map<String, PageSettler> settlers, ScheduledExecutorService timer) {
        this.table = table;
        this.settlers = new TreeMap<>(settlers); // checked in one order in every JVM
        this.timer = timer;
    }

    /** Checks all pages now, and then again after each interval, until the timer ends. */
    public void start(Duration interval) {
        // In a stage, because a call may throw at once, and the next check has to be scheduled nevertheless.
        CompletableFuture.completedFuture(table)
                .thenCompose(JobTable::routesWithPages)
                .thenCompose(routes -> CompletableFuture.allOf(settlers.entrySet().stream()
                        .filter(route -> routes.contains(route.getKey()))
                        .map(route -> route.getValue().settle())
                        .toArray(CompletableFuture[]::new)))
                .whenComplete((settled, thrown) -> {
                    if (thrown == null) {
                        failures.ends();
                    } else if (failures.begins(table.name())) {
                        log.warn(
                                "pages that a backfill left in table {} cannot be checked, and are tried again: {}",
                                table.name(),
                                Failures.unwrap(thrown).toString());
                    }
                    if (!timer.isShutdown()) {
                        timer.schedule(() -> start(interval), interval.toMillis(), TimeUnit.MILLISECONDS);
                    }
                });
    }
}
