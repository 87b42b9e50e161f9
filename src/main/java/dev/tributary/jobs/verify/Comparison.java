package dev.tributary.jobs.verify;

import dev.tributary.jobs.verify.Difference.Kind;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.table.StoredRow;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The comparison of rows with the projection of their items, for rows that were read before the items. Pure, but for the
 * clock: what has expired may have been deleted on one side already, and is no difference.
 */
record Comparison(VerifiedRoute route, InstantSource clock) {

    /**
     * Compares an item with the row that is under the key where it should have one.
     *
     * @param item the item as it is; it should have a row under {@code wanted}'s key
     * @param found what is under that key
     * @param items source items by key, with the owner of the row that was found, if it exists
     */
    Optional<Difference> ofItem(
            Item item, Row wanted, Optional<StoredRow> found, Function<Item, Optional<Item>> items) {
        Item sourceKey = route.sourceKey(item);
        ItemKey owner = route.owner(sourceKey);
        if (found.isEmpty() || found.get().tombstone()) {
            return isExpired(wanted.item())
                    ? Optional.empty()
                    : Optional.of(new Difference(
                            Kind.MISSING, wanted.key(), Optional.of(owner), Optional.of(sourceKey), List.of(), found));
        }
        StoredRow row = found.get();
        Optional<ItemKey> has = row.stamp().map(stamp -> stamp.owner());
        Kind kind;
        List<String> attributes = List.of();
        if (has.isEmpty()) {
            kind = Kind.FOREIGN;
        } else if (has.get().equals(owner)) {
            attributes = List.copyOf(row.differing(wanted));
            if (attributes.isEmpty()) {
                return Optional.empty();
            }
            kind = Kind.DIFFERENT;
        } else if (route.isSibling(has.get())) {
            kind = Kind.COLLISION;
        } else if (route.keyOf(has.get()).isEmpty()) {
            kind = Kind.FOREIGN;
        } else {
            kind = route.keyOf(has.get())
                            .flatMap(items)
                            .flatMap(route::row)
                            .filter(other -> other.key().equals(wanted.key()))
                            .isPresent()
                    ? Kind.COLLISION
                    : Kind.MISSING;
        }
        return Optional.of(
                new Difference(kind, wanted.key(), Optional.of(owner), Optional.of(sourceKey), attributes, found));
    }

    /**
     * Compares a row with its owner.
     *
     * @param items source items by key, with the owner of the row, if it exists
     */
    Optional<Difference> ofRow(StoredRow row, Function<Item, Optional<Item>> items) {
        Optional<ItemKey> owner = row.stamp().map(stamp -> stamp.owner());
        if (row.tombstone() || owner.filter(route::isSibling).isPresent()) {
            return Optional.empty();
        }
        Optional<Item> sourceKey = owner.flatMap(route::keyOf);
        if (sourceKey.isEmpty()) {
            return Optional.of(new Difference(
                    Kind.FOREIGN, row.row().key(), owner, Optional.empty(), List.of(), Optional.of(row)));
        }
        Optional<Row> wanted = items.apply(sourceKey.get()).flatMap(route::row).filter(should -> should.key()
                .equals(row.row().key()));
        if (wanted.isEmpty()) {
            return route.keepsRemoved() || isExpired(row.row().item())
                    ? Optional.empty()
                    : Optional.of(
                            new Difference(Kind.EXTRA, row.row().key(), owner, sourceKey, List.of(), Optional.of(row)));
        }
        List<String> attributes = List.copyOf(row.differing(wanted.get()));
        return attributes.isEmpty()
                ? Optional.empty()
                : Optional.of(new Difference(
                        Kind.DIFFERENT, row.row().key(), owner, sourceKey, attributes, Optional.of(row)));
    }

    private boolean isExpired(Item item) {
        return route.expiry().stream()
                .flatMap(name -> Stream.ofNullable(item.attributes().get(name)))
                .anyMatch(value -> value.n() != null
                        && value.n().matches("\\d{1,18}")
                        && Long.parseLong(value.n()) <= clock.instant().getEpochSecond());
    }
}
