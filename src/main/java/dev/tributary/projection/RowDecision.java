package dev.tributary.projection;

import dev.tributary.model.Row;
import java.util.Set;

/** The row that a source item has in the target of a route, or why it has none. */
public sealed interface RowDecision {

    /** The item has this row. */
    record HasRow(Row row) implements RowDecision {}

    /** The item has this row, and the target cannot hold it: a change that brings it is parked. */
    record Unheld(Row row, String reason) implements RowDecision {}

    /** The item is a tombstone of the source, which counts as no item. */
    record IsTombstone() implements RowDecision {}

    /** The item lacks attributes of the target's key, and so has no row. */
    record LacksKey(Set<String> attributes) implements RowDecision {}

    /** A change that brings the item is parked, and its row stays as it is. */
    record IsRefused(String reason) implements RowDecision {}
}
