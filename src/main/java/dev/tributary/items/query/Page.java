package dev.tributary.items.query;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Some of the items that a query finds, in its order.
 *
 * @param items with their key attributes first
 * @param cursor where the next page begins; empty if this is the last
 */
public record Page(List<Map<String, AttributeValue>> items, Optional<String> cursor) {

    public Page {
        items = List.copyOf(items);
    }

    /** The count only: values may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "Page[%d items]".formatted(items.size());
    }
}
