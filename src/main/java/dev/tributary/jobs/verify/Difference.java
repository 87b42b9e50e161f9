package dev.tributary.jobs.verify;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.table.StoredRow;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The finding of a comparison of a row with its item.
 *
 * @param rowKey key of the row
 * @param owner the item that should have the row, or has it
 * @param sourceKey key of that item in the source table
 * @param attributes names of attributes that differ, for {@link Kind#DIFFERENT}
 * @param row the row that is there
 */
public record Difference(
        Kind kind,
        Item rowKey,
        Optional<ItemKey> owner,
        Optional<Item> sourceKey,
        List<String> attributes,
        Optional<StoredRow> row) {

    /** The kinds of findings. */
    public enum Kind {
        /** The item has no row. */
        MISSING(true),
        /** The owner of the row is gone, or should have its row under another key. */
        EXTRA(true),
        /** The row is not the projection of its owner. */
        DIFFERENT(true),
        /** The row has no version stamp, or one of another source. */
        FOREIGN(true),
        /** The item has dead letters, and its row waits for them. */
        PARKED(false),
        /** Another item has the row, by the policy for collisions. */
        COLLISION(false);

        private final boolean fault;

        Kind(boolean fault) {
            this.fault = fault;
        }

        /** Whether the target is wrong. */
        public boolean isFault() {
            return fault;
        }

        /** The name in reports. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Difference as(Kind other) {
        return new Difference(other, rowKey, owner, sourceKey, attributes, row);
    }
}
