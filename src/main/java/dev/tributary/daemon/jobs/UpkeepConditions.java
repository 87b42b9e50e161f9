package dev.tributary.daemon.jobs;

import dev.tributary.jobs.backfill.BackfillProgress;
import dev.tributary.jobs.backfill.TargetHistory;
import dev.tributary.jobs.backfill.TargetHistory.Missed;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogFields;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in health and log why rows of a target may be wrong, and what to do. Safe for any thread. */
final class UpkeepConditions {

    private static final Logger log = LoggerFactory.getLogger(UpkeepConditions.class);

    private static final String SHAPE = "row-shape";
    private static final String MISSED = "missed-changes";
    private static final String RESYNC_REFUSED = "resync-refused";
    private static final String REPAIR_REFUSED = "repair-refused";

    private final RouteJobs route;
    private final Conditions conditions;
    private final String repair;

    UpkeepConditions(RouteJobs route, Health health) {
        this.route = route;
        this.conditions = health.conditions("route " + route.name());
        this.repair = "tributary backfill " + route.name() + " --reshape";
    }

    void tell(TargetHistory history) {
        String shape = route.projection().shape();
        tell(
                SHAPE,
                !history.others(shape).isEmpty(),
                history.otherText(shape) + ". To bring all rows into it: " + repair,
                "all rows have the configured shape");
        tell(
                MISSED,
                history.missed().isPresent(),
                history.missed().map(this::text).orElse(""),
                "no change is missing any more");
    }

    private String text(Missed missed) {
        return missed.text() + ". " + (route.repairs() ? "A daemon repairs the target" : "It can be repaired")
                + " once every worker has the route, after " + missed.repairableAt(route.lateness())
                + (route.repairs() ? "" : ". To bring them: " + repair);
    }

    /** @param last the last backfill that was not for gaps */
    void tellRepair(Optional<BackfillProgress> last) {
        long refused = last.map(BackfillProgress::repairRefused).orElse(0L);
        tellRefused(REPAIR_REFUSED, "last repair", refused, repair);
    }

    /** @param done a repair after gaps that has ended */
    void tellResync(BackfillProgress done) {
        tellRefused(
                RESYNC_REFUSED,
                "repair after gaps",
                done.refused(),
                "tributary gaps " + route.parts().sourceName() + " --acknowledge");
    }

    /** There is no gap to repair. */
    void clearResync() {
        conditions.clear(RESYNC_REFUSED, () -> {});
    }

    private void tellRefused(String condition, String what, long refused, String then) {
        tell(
                condition,
                refused > 0,
                "the %s could not write %d of the items. To see them: tributary verify %s; once they are right: %s"
                        .formatted(what, refused, route.name(), then),
                "the " + what + " has written every item");
    }

    private void tell(String condition, boolean raised, String detail, String cleared) {
        if (raised) {
            String text = condition + ": " + detail;
            conditions.raise(
                    condition,
                    condition,
                    Status.DEGRADED,
                    text,
                    () -> log.warn("{}: {}", LogFields.route(route.name()), text));
        } else {
            conditions.clear(condition, () -> log.info("{}: {}", LogFields.route(route.name()), cleared));
        }
    }
}
