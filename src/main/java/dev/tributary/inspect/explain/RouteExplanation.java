package dev.tributary.inspect.explain;

import dev.tributary.deadletter.DeadLetter;
import dev.tributary.inspect.Answer;
import dev.tributary.model.Item;
import dev.tributary.table.StoredRow;
import java.util.List;
import java.util.Optional;

/**
 * The write of a route for an item, and the row that its target has.
 *
 * @param route {@code <source>.<route>}
 * @param target name of the table
 * @param key of the row; empty if the item has none
 * @param selection of the item's attributes; empty if there is no item
 * @param found the row under the key; empty if there is none
 * @param finding how the row compares
 * @param deadLetters of the item
 */
public record RouteExplanation(
        String route,
        String target,
        Optional<Item> key,
        Optional<AttributeSelection> selection,
        Optional<StoredRow> found,
        RowFinding finding,
        Answer<List<DeadLetter>> deadLetters) {}
