package dev.tributary.model;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A table's primary key, written {@code name:type} or {@code name:type, name:type}.
 *
 * @param partition the partition key attribute
 * @param sort the sort key attribute, if the key is composite
 */
public record KeySchema(KeyAttribute partition, Optional<KeyAttribute> sort) {

    private static final Set<AttributeType> KEY_TYPES = Set.of(AttributeType.S, AttributeType.N, AttributeType.B);

    /** A key attribute; its type is S, N or B. */
    public record KeyAttribute(String name, AttributeType type) {

        private static KeyAttribute parse(String text) {
            int colon = text.lastIndexOf(':');
            String name = text.substring(0, Math.max(colon, 0)).strip();
            AttributeType type = AttributeType.parse(text.substring(colon + 1).strip());
            if (name.isEmpty() || !KEY_TYPES.contains(type)) {
                throw new IllegalArgumentException(text);
            }
            return new KeyAttribute(name, type);
        }
    }

    /**
     * Reads a key as it is written.
     *
     * @throws IllegalArgumentException if the text is no key, or names an attribute twice
     */
    public static KeySchema parse(String text) {
        List<KeyAttribute> attributes =
                Arrays.stream(text.split(",", -1)).map(KeyAttribute::parse).toList();
        KeyAttribute partition = attributes.get(0);
        Optional<KeyAttribute> sort = attributes.stream().skip(1).findFirst();
        if (attributes.size() > 2
                || sort.filter(key -> key.name().equals(partition.name())).isPresent()) {
            throw new IllegalArgumentException(text);
        }
        return new KeySchema(partition, sort);
    }

    /** The key attributes, the partition key first. */
    public List<KeyAttribute> attributes() {
        return sort.map(second -> List.of(partition, second)).orElseGet(() -> List.of(partition));
    }

    /** The key attributes of an item, as far as it has them, in the order of the key. */
    public Item keyOf(Item item) {
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        for (KeyAttribute attribute : attributes()) {
            AttributeValue value = item.attributes().get(attribute.name());
            if (value != null) {
                key.put(attribute.name(), value);
            }
        }
        return new Item(key);
    }

    /** The key as it is written in a configuration. */
    public String text() {
        return attributes().stream()
                .map(attribute -> attribute.name() + ":" + attribute.type())
                .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return text();
    }
}
