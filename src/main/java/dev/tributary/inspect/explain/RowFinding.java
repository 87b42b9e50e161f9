package dev.tributary.inspect.explain;

/**
 * The comparison of a row with its item.
 *
 * @param detail what differs, or the reason, without values
 */
public record RowFinding(Verdict verdict, String detail) {

    /** The results of a comparison. */
    public enum Verdict {
        /** The row is the item's projection, or there is rightly none. */
        RIGHT,
        /** There is no row, and the item has one. */
        MISSING,
        /** The item's row has other attributes than it should have. */
        DIFFERENT,
        /** The item's row is there, and the item has none. */
        EXTRA,
        /** The route leaves rows of removed items. */
        KEPT,
        /** Another item has the row. */
        COLLISION,
        /** The replication did not write the row. */
        FOREIGN,
        /** A change that brings the item is parked, and its row stays as it was. */
        PARKED,
        /** It cannot be decided. */
        UNKNOWN;

        /** Whether the target is wrong once the source rests. */
        public boolean wrong() {
            return switch (this) {
                case RIGHT, KEPT -> false;
                default -> true;
            };
        }
    }
}
