package dev.tributary.items;

import dev.tributary.document.Problem;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Removes an item. Succeeds also if there is none, so that a repetition has the same result. */
record DeleteChange(ResourceTable table, Map<String, AttributeValue> key, Precondition precondition)
        implements ItemChange {

    @Override
    public NextCall first() {
        if (precondition instanceof Precondition.None) {
            return table.guarded()
                    ? ResourceTable.unguarded()
                    : new NextCall.Send(new ItemExpression().delete(table.name(), key), done());
        }
        if (precondition instanceof Precondition.Versions named) {
            return table.begin(this, named, Map.of());
        }
        return given(Optional.of(Map.of()));
    }

    @Override
    public NextCall given(Optional<Map<String, AttributeValue>> current) {
        Optional<Problem> refusal = table.refusal(precondition, current);
        if (refusal.isPresent()) {
            return ResourceTable.refused(refusal.get());
        }
        ItemExpression expression = new ItemExpression();
        if (precondition instanceof Precondition.Versions) {
            table.requireUnchanged(expression, current);
        } else {
            expression.require("attribute_exists("
                    + expression.name(table.key().partition().name()) + ")");
        }
        return new NextCall.Send(expression.delete(table.name(), key), done());
    }

    private static WriteResult done() {
        return new WriteResult.Changed(Optional.empty());
    }
}
