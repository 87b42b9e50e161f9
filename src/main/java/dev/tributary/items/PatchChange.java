package dev.tributary.items;

import dev.tributary.document.Problem;
import dev.tributary.document.Problem.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Merges a patch (RFC 7396) into an item that exists. Only attributes that the patch names are written, also inside
 * maps, so patches of different attributes never undo each other. Where the patch has an object, the write depends on
 * whether the item has a map there, which is a condition of the write.
 *
 * @param patch values to set; {@code NULL}, except in a list, removes
 */
record PatchChange(
        ResourceTable table,
        Map<String, AttributeValue> key,
        Map<String, AttributeValue> patch,
        Precondition precondition)
        implements ItemChange {

    @Override
    public NextCall first() {
        if (precondition instanceof Precondition.None && table.guarded()) {
            return ResourceTable.unguarded();
        }
        return precondition instanceof Precondition.Versions named
                ? table.begin(this, named, patch)
                : given(Optional.of(patch));
    }

    @Override
    public NextCall given(Optional<Map<String, AttributeValue>> current) {
        Optional<Problem> refusal = table.refusal(precondition, current);
        if (refusal.isPresent()) {
            return ResourceTable.refused(refusal.get());
        }
        if (current.isEmpty()) {
            return ResourceTable.refused(Problem.noSuchItem());
        }
        ItemExpression expression = new ItemExpression();
        Optional<String> version = Optional.empty();
        if (precondition instanceof Precondition.Versions) {
            table.requireUnchanged(expression, current);
            version = table.version().map(counted -> {
                String next = counted.after(current);
                expression.set(expression.name(counted.attribute()), expression.value(AttributeValue.fromN(next)));
                return next;
            });
        } else {
            expression.require("attribute_exists("
                    + expression.name(table.key().partition().name()) + ")");
            table.version().ifPresent(counted -> count(counted, expression));
        }
        merge("", patch, current.get(), expression);
        if (!expression.fits()) {
            return ResourceTable.refused(Problem.of(
                    Kind.PATCH_TOO_LARGE,
                    "DynamoDB takes no more than some 200 changes in one update. Split the patch, or PUT the item."));
        }
        return new NextCall.Send(expression.update(table.name(), key), new WriteResult.Changed(version));
    }

    /** Increments the version in the table, so that concurrent patches do not fail; the new version is not known. */
    private static void count(ItemVersion counted, ItemExpression expression) {
        String attribute = expression.name(counted.attribute());
        expression.set(
                attribute,
                "if_not_exists(%s,%s)+%s"
                        .formatted(
                                attribute,
                                expression.value(AttributeValue.fromN(counted.first())),
                                expression.value(AttributeValue.fromN("1"))));
    }

    private static void merge(
            String prefix,
            Map<String, AttributeValue> patch,
            Map<String, AttributeValue> current,
            ItemExpression expression) {
        patch.forEach((name, value) -> {
            String path = prefix + expression.name(name);
            switch (value.type()) {
                case NUL -> expression.remove(path);
                case M -> {
                    @Nullable AttributeValue there = current.get(name);
                    String isMap = "attribute_type(%s,%s)".formatted(path, expression.mapType());
                    if (there != null && there.hasM()) {
                        expression.require(isMap);
                        merge(path + ".", value.m(), there.m(), expression);
                    } else {
                        expression.require("NOT " + isMap);
                        expression.set(path, expression.value(withoutRemovals(value)));
                    }
                }
                default -> expression.set(path, expression.value(value));
            }
        });
    }

    private static AttributeValue withoutRemovals(AttributeValue value) {
        if (!value.hasM()) {
            return value;
        }
        Map<String, AttributeValue> kept = new LinkedHashMap<>();
        value.m().forEach((name, member) -> {
            if (member.type() != AttributeValue.Type.NUL) {
                kept.put(name, withoutRemovals(member));
            }
        });
        return AttributeValue.fromM(kept);
    }
}
