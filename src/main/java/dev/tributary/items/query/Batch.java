package dev.tributary.items.query;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The items of many keys, in the order in which they were asked for.
 *
 * @param missing keys without an item
 * @param unread keys that were not looked up, because the items before them take as much room as a reply has
 */
public record Batch(
        List<Map<String, AttributeValue>> items,
        List<Map<String, AttributeValue>> missing,
        List<Map<String, AttributeValue>> unread) {

    /** Most keys of a batch. */
    public static final int MAX_KEYS = 100;

    public Batch {
        items = List.copyOf(items);
        missing = List.copyOf(missing);
        unread = List.copyOf(unread);
    }

    /** The counts only: values may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "Batch[%d items, %d missing, %d unread]".formatted(items.size(), missing.size(), unread.size());
    }
}
