package dev.tributary.jobs.backfill;

import dev.tributary.model.Item;
import java.util.function.Predicate;

/**
 * The definition of a backfill.
 *
 * @param state name of its progress in the table of jobs
 * @param kind treatment of the rows that are in the target
 * @param shape fingerprint of the route's projection
 * @param selection text of the condition on items; empty for all items. A backfill with another one starts from the
 *     beginning
 * @param selected the condition
 * @param segments parallel reads of a backfill that starts from the beginning
 */
public record BackfillPlan(
        String state, Kind kind, String shape, String selection, Predicate<Item> selected, int segments) {

    /** The state of backfills by operators, and of the first backfill of a route by the daemon. */
    public static final String BACKFILL = "backfill";

    /** The state of backfills after gaps. */
    public static final String RESYNC = "resync";

    /** A backfill of all items. */
    public static BackfillPlan all(Kind kind, String shape, int segments) {
        return new BackfillPlan(BACKFILL, kind, shape, "", item -> true, segments);
    }

    /**
     * A backfill of all items that repairs rows after gaps in the stream.
     *
     * @param gaps identifies the gaps; after further gaps, the backfill starts from the beginning
     */
    public static BackfillPlan resync(String gaps, String shape, int segments) {
        return new BackfillPlan(RESYNC, Kind.REPAIR, shape, gaps, item -> true, segments);
    }

    /** Whether all rows have the shape when it has ended. */
    boolean reshapes() {
        return kind == Kind.REPAIR && (selection.isEmpty() || state.equals(RESYNC));
    }

    /** The kinds of backfill. */
    public enum Kind {
        /** Puts rows that are missing; the others stay. */
        FILL,
        /** Also replaces rows that differ from their items, and removes those whose items are gone. */
        REPAIR
    }
}
