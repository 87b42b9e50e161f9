package dev.tributary.jobs.backfill;

import dev.tributary.model.Item;
import java.util.function.Predicate;

/**
 * The definition of a backfill. One with another definition starts from the beginning.
 *
 * @param state name of its progress in the table of jobs
 * @param kind treatment of the rows that are in the target
 * @param shape fingerprint of the route's projection
 * @param gaps identifies the gaps in the stream that are known and not acknowledged; empty if there are none
 * @param selection text of the condition on items; empty for all items
 * @param selected the condition
 * @param segments parallel reads of a backfill that starts from the beginning; no part of the definition
 */
public record BackfillPlan(
        String state, Kind kind, String shape, String gaps, String selection, Predicate<Item> selected, int segments) {

    /** The state of backfills by operators, and of those of the daemon that are not for gaps. */
    public static final String BACKFILL = "backfill";

    /** The state of backfills after gaps. */
    public static final String RESYNC = "resync";

    /** A backfill of all items. */
    public static BackfillPlan all(Kind kind, String shape, String gaps, int segments) {
        return new BackfillPlan(BACKFILL, kind, shape, gaps, "", item -> true, segments);
    }

    /** A backfill of all items that repairs rows after gaps in the stream. */
    public static BackfillPlan resync(String shape, String gaps, int segments) {
        return new BackfillPlan(RESYNC, Kind.REPAIR, shape, gaps, "", item -> true, segments);
    }

    /** Whether every row is right when it has ended. */
    boolean repairsAll() {
        return kind == Kind.REPAIR && selection.isEmpty();
    }

    /** The kinds of backfill. */
    public enum Kind {
        /** Puts rows that are missing; the others stay. */
        FILL,
        /** Also replaces rows that differ from their items, and removes those whose items are gone. */
        REPAIR
    }
}
