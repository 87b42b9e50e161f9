package dev.tributary.model;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The attributes of an item or of a key.
 *
 * <p>{@link #toString()} has the names of the attributes and not their values, so that no payload reaches a log.
 */
public record Item(Map<String, AttributeValue> attributes) {

    @Override
    public String toString() {
        return "Item" + attributes.keySet();
    }
}
