package dev.tributary.inspect.explain;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An item, and the explanation of each route of its source.
 *
 * @param source name of the source
 * @param table name and place of the source table
 * @param key of the item
 * @param owner the item in the rows of targets and in the log
 * @param item as it is now; empty if there is none
 * @param doneUntil the time up to which every change of the source had ended; empty if that is not recorded
 */
public record ItemExplanation(
        String source,
        String table,
        Item key,
        ItemKey owner,
        Optional<Item> item,
        Optional<Instant> doneUntil,
        List<RouteExplanation> routes) {}
