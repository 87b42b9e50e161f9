package dev.tributary.jobs.backfill;

import dev.tributary.jobs.backfill.BackfillPlan.Kind;
import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.reconcile.PageResult;
import dev.tributary.jobs.scan.ScanPosition;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The position of a backfill of a route.
 *
 * @param rows whether the rows of the target are being repaired; afterwards the items of the source are read
 * @param position of the scan of either
 * @param read items and rows that were read so far
 * @param refused items that could not be written so far
 */
record BackfillState(boolean rows, ScanPosition position, long read, long refused) {

    private static final String SAVED_AT = "savedAt";
    private static final String FILLED_AT = "filledAt";
    private static final String SOURCE = "source";
    private static final String KIND = "kind";
    private static final String SHAPE = "shape";
    private static final String GAPS = "gaps";
    private static final String HISTORY = "history";
    private static final String SELECTION = "selection";
    private static final String PHASE = "phase";
    private static final String ROWS = "rows";
    private static final String ITEMS = "items";
    private static final String DONE = "done";
    private static final String POSITION = "position";
    private static final String READ = "read";
    private static final String REFUSED = "refused";

    /** Of the last repair that ended. */
    private static final String REPAIR_REFUSED = "repairRefused";

    static BackfillState start(BackfillPlan plan) {
        return new BackfillState(plan.kind() == Kind.REPAIR, ScanPosition.start(plan.segments()), 0, 0);
    }

    /**
     * The state of an unfinished backfill with this plan, or the start of one. A repair starts again after a reason why rows
     * may differ was recorded: it may have passed such rows.
     *
     * @param source identity of the source table
     */
    static BackfillState of(JobState stored, String source, BackfillPlan plan, TargetHistory history) {
        boolean same = isOf(stored, source)
                && stored.value(KIND).equals(kind(plan.kind()))
                && stored.value(SHAPE).equals(plan.shape())
                && stored.value(GAPS).equals(plan.gaps())
                && stored.value(SELECTION).equals(plan.selection())
                && (plan.kind() == Kind.FILL || stored.value(HISTORY).equals(Long.toString(history.changes())));
        return same && !stored.value(PHASE).equals(DONE)
                ? new BackfillState(
                        stored.value(PHASE).equals(ROWS),
                        ScanPosition.decode(stored.value(POSITION)),
                        Long.parseLong(stored.value(READ)),
                        Long.parseLong(stored.value(REFUSED)))
                : start(plan);
    }

    /** A state that a former version recorded does not tell its source. */
    private static boolean isOf(JobState stored, String source) {
        return stored.value(SOURCE).isEmpty() || stored.value(SOURCE).equals(source);
    }

    static Optional<BackfillProgress> progress(JobState stored) {
        return stored.revision() == 0
                ? Optional.empty()
                : Optional.of(new BackfillProgress(
                        Long.parseLong(stored.value(READ)),
                        Long.parseLong(stored.value(REFUSED)),
                        stored.value(PHASE).equals(DONE),
                        Instant.parse(stored.value(SAVED_AT)),
                        Optional.ofNullable(stored.values().get(FILLED_AT)).map(Instant::parse),
                        stored.value(GAPS),
                        Long.parseLong(stored.values().getOrDefault(REPAIR_REFUSED, "0")),
                        stored.value(SOURCE)));
    }

    /** Whether all is read. */
    boolean isDone() {
        return !rows && position.finished();
    }

    BackfillState at(ScanPosition other) {
        return new BackfillState(rows, other, read, refused);
    }

    BackfillState items(int segments) {
        return new BackfillState(false, ScanPosition.start(segments), read, refused);
    }

    BackfillState with(PageResult page) {
        return new BackfillState(
                rows, position, read + page.items(), refused + page.refused().size());
    }

    /**
     * The recorded form.
     *
     * @param source identity of the source table
     * @param history when it began
     * @param before the state that was recorded last
     */
    Map<String, String> stored(String source, BackfillPlan plan, TargetHistory history, JobState before, Instant now) {
        Map<String, String> values = new HashMap<>(Map.of(
                KIND,
                kind(plan.kind()),
                SHAPE,
                plan.shape(),
                GAPS,
                plan.gaps(),
                HISTORY,
                Long.toString(history.changes()),
                SELECTION,
                plan.selection(),
                PHASE,
                rows ? ROWS : ITEMS,
                POSITION,
                position.encoded(),
                READ,
                Long.toString(read),
                REFUSED,
                Long.toString(refused)));
        values.put(SOURCE, source);
        values.put(SAVED_AT, now.toString());
        if (isOf(before, source) && before.values().containsKey(FILLED_AT)) {
            values.put(FILLED_AT, before.value(FILLED_AT));
        }
        if (before.values().containsKey(REPAIR_REFUSED)) {
            values.put(REPAIR_REFUSED, before.value(REPAIR_REFUSED));
        }
        if (isDone()) {
            if (plan.repairsAll()) {
                values.put(REPAIR_REFUSED, Long.toString(refused));
            }
            values.put(PHASE, DONE);
            values.remove(POSITION);
            if (plan.selection().isEmpty()) {
                values.put(FILLED_AT, now.toString());
            }
        }
        return values;
    }

    private static String kind(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
