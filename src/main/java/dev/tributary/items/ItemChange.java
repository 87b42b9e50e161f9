package dev.tributary.items;

import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a request asks of one item. It begins with what the item most likely is, under the condition that it is that; where
 * this fails, the item is known and the second write fits it. So most requests take one call, and none depends on a
 * race. Pure: the same item gives the same step.
 */
public sealed interface ItemChange permits PutChange, PatchChange, DeleteChange {

    /** Of the item, its key attributes. */
    Map<String, AttributeValue> key();

    /** Before anything is known of the item. */
    NextCall first();

    /**
     * Once the item is known.
     *
     * @param current the item as it is; empty if it is not there
     */
    NextCall given(Optional<Map<String, AttributeValue>> current);
}
