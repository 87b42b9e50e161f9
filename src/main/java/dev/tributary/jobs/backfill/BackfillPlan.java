package dev.tributary.jobs.backfill;

import dev.tributary.model.Item;
import java.util.function.Predicate;

/**
 * What a backfill does.
 *
 * @param state name under which the table of jobs keeps how far it has come
 * @param kind what it does with rows that are there
 * @param shape fingerprint of the route's projection
 * @param selection text of the condition on items; empty for all items. A backfill with another one starts anew
 * @param selected the condition
 * @param segments parallel reads of a backfill that starts anew
 */
public record BackfillPlan(
        String state, Kind kind, String shape, String selection, Predicate<Item> selected, int segments) {

    /** The state of backfills that a person starts, or the daemon where none has been. */
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
     * @param gaps identifies them: with others, the backfill starts anew
     */
    public static BackfillPlan resync(String gaps, String shape, int segments) {
        return new BackfillPlan(RESYNC, Kind.REPAIR, shape, gaps, item -> true, segments);
    }

    /** Whether it brings all items into the shape. */
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
