package dev.tributary.jobs.reconcile;

import dev.tributary.model.ItemKey;
import java.util.List;
import java.util.stream.Stream;

/**
 * The result of a job for a number of items or rows.
 *
 * @param items number of items or rows that were read
 * @param written rows that were put or replaced
 * @param present items whose row, or a later one, was there
 * @param without items that have no row on the route
 * @param removed rows that were removed, because their item is gone or has another key
 * @param refused items that the target cannot take, or whose row another item has
 */
public record PageResult(int items, int written, int present, int without, int removed, List<Refused> refused) {

    /** Nothing was read. */
    public static final PageResult NONE = new PageResult(0, 0, 0, 0, 0, List.of());

    /**
     * An item that could not be written.
     *
     * @param reason in plain text, without values of the item
     */
    public record Refused(ItemKey item, String reason) {}

    /** The sum of both. */
    public PageResult and(PageResult other) {
        return new PageResult(
                items + other.items,
                written + other.written,
                present + other.present,
                without + other.without,
                removed + other.removed,
                Stream.concat(refused.stream(), other.refused.stream()).toList());
    }
}
