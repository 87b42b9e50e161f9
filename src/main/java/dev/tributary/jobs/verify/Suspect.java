package dev.tributary.jobs.verify;

import dev.tributary.model.Item;

/** A pair to examine: an item and the row that it should have, or a row and the item that should own it. */
sealed interface Suspect {

    /** The key of the row. */
    Item rowKey();

    /** An item that should have a row under this key. */
    record OfItem(Item sourceKey, Item rowKey) implements Suspect {}

    /** A row, whose owner is in it. */
    record OfRow(Item rowKey) implements Suspect {}
}
