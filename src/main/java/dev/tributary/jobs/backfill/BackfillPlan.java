package dev.tributary.jobs.backfill;

import dev.tributary.model.Item;
import java.util.function.Predicate;

/**
 * What a backfill does.
 *
 * @param kind what it does with rows that are there
 * @param shape fingerprint of the route's projection
 * @param selection text of the condition on items; empty for all items. A backfill with another one starts anew
 * @param selected the condition
 * @param segments parallel reads of a backfill that starts anew
 */
public record BackfillPlan(Kind kind, String shape, String selection, Predicate<Item> selected, int segments) {

    /** The kinds of backfill. */
    public enum Kind {
        /** Puts rows that are missing; the others stay. */
        FILL,
        /** Also replaces rows that differ from their items, and removes those whose items are gone. */
        REPAIR
    }
}
