package dev.tributary.jobs.verify;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Row;
import dev.tributary.projection.Projection;
import dev.tributary.table.StoredRow;
import java.util.Optional;
import java.util.Set;

/**
 * The properties of a route that decide which rows its target should have.
 *
 * @param name {@code <source>.<route>}
 * @param identity of the source table, in the owners of rows
 * @param sourceKey key of the source table
 * @param keepsRemoved whether the rows of removed items stay ({@code deletes = ignore})
 * @param expiry the TTL attribute of the target, if it has one
 * @param siblings identities of other sources that are replicated to the same target
 */
public record VerifiedRoute(
        String name,
        String identity,
        KeySchema sourceKey,
        Projection projection,
        boolean keepsRemoved,
        Optional<String> expiry,
        Set<String> siblings) {

    /** The row that the item should have; empty for none. */
    Optional<Row> row(Item item) {
        return projection.row(item).filter(row -> projection.canHold(row.key()));
    }

    StoredRow stored(Item row) {
        return StoredRow.of(row.attributes(), projection.targetKey());
    }

    Item sourceKey(Item item) {
        return sourceKey.keyOf(item);
    }

    Item targetKey(Item row) {
        return projection.targetKey().keyOf(row);
    }

    ItemKey owner(Item sourceKey) {
        return ItemKey.of(identity, sourceKey.attributes());
    }

    /** Whether the owner is an item of another source that is replicated to the same target. */
    boolean isSibling(ItemKey owner) {
        return siblings.stream().anyMatch(sibling -> owner.encoded().startsWith(sibling + '/'));
    }

    /** The key of the owner in the source table; empty if the owner is not an item of that table. */
    Optional<Item> keyOf(ItemKey owner) {
        return owner.attributes(identity, sourceKey);
    }
}
