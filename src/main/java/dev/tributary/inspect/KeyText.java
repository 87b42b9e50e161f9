package dev.tributary.inspect;

import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Formats keys for people. */
public final class KeyText {

    private KeyText() {}

    /** {@code state=New York, city=Brooklyn}; binary values as Base64. */
    public static String of(Item key) {
        return key.attributes().entrySet().stream()
                .map(attribute -> attribute.getKey() + "=" + text(attribute.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** The key of an item of a table, in the order of its schema. */
    public static Item keyOf(Item item, KeySchema schema) {
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        schema.attributes()
                .forEach(attribute -> key.put(
                        attribute.name(),
                        Objects.requireNonNull(item.attributes().get(attribute.name()), attribute.name())));
        return new Item(key);
    }

    private static String text(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s();
            case N -> value.n();
            case B -> Base64.getEncoder().encodeToString(value.b().asByteArrayUnsafe());
            default -> value.type().toString();
        };
    }
}
