package dev.tributary.items;

import dev.tributary.document.Problem;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Puts a whole item, in place of one with the same key.
 *
 * @param item without the version attribute
 * @param always201 whether the result is {@link WriteResult.Stored} also for a replaced item
 */
record PutChange(ResourceTable table, Map<String, AttributeValue> item, Precondition precondition, boolean always201)
        implements ItemChange {

    @Override
    public Map<String, AttributeValue> key() {
        return table.keyOf(item);
    }

    @Override
    public NextCall first() {
        if (precondition instanceof Precondition.Versions named) {
            return table.begin(this, named, Map.of());
        }
        if (precondition instanceof Precondition.Present) {
            return table.version().isPresent() ? new NextCall.Read() : given(Optional.of(Map.of()));
        }
        boolean likelyNew = precondition instanceof Precondition.Absent
                || always201
                || table.version().isPresent();
        return given(likelyNew ? Optional.empty() : Optional.of(Map.of()));
    }

    @Override
    public NextCall given(Optional<Map<String, AttributeValue>> current) {
        Optional<Problem> refusal = table.refusal(precondition, current);
        if (refusal.isPresent()) {
            return ResourceTable.refused(refusal.get());
        }
        if (current.isPresent() && table.guarded() && precondition instanceof Precondition.None) {
            return ResourceTable.unguarded();
        }
        ItemExpression expression = new ItemExpression();
        boolean whatever = always201
                && precondition instanceof Precondition.None
                && table.version().isEmpty();
        if (!whatever) {
            table.requireUnchanged(expression, current);
        }
        Map<String, AttributeValue> stored = new HashMap<>(item);
        Optional<String> version = table.version().map(counted -> {
            String next = counted.after(current);
            stored.put(counted.attribute(), AttributeValue.fromN(next));
            return next;
        });
        return new NextCall.Send(
                expression.put(table.name(), stored),
                current.isPresent() && !always201
                        ? new WriteResult.Changed(version)
                        : new WriteResult.Stored(table.keyOf(item), version));
    }
}
