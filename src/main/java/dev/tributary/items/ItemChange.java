package dev.tributary.items;

import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The change of one item that a request asks for. The first write assumes the most likely state of the item, which is
 * its condition; if that fails, the state is known, and the second write fits it. So most requests take one call, and
 * none depends on a race. Pure: the same item gives the same next call.
 */
public sealed interface ItemChange permits PutChange, PatchChange, DeleteChange {

    /** The key attributes of the item. */
    Map<String, AttributeValue> key();

    /** The first call, while the state of the item is unknown. */
    NextCall first();

    /**
     * The call for a known item.
     *
     * @param current the current item; empty if there is none
     */
    NextCall given(Optional<Map<String, AttributeValue>> current);
}
