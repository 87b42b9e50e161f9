package dev.tributary.projection;

import dev.tributary.model.Item;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Derives the key of a target row from a source item: copied attributes, or texts of key templates. Immutable. */
final class TargetKey {

    private final KeySchema schema;
    private final Map<String, TemplateEncoder> encoders;

    TargetKey(KeySchema schema, Map<String, KeyTemplate> templates) {
        this.schema = schema;
        this.encoders = templates.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> new TemplateEncoder(entry.getValue())));
    }

    KeySchema schema() {
        return schema;
    }

    /** The key of an item's row, or why it has none. */
    sealed interface Made {

        /** A key; the table may still refuse it. */
        record Key(Item key) implements Made {}

        /** No key, because the item lacks these attributes. */
        record Missing(Set<String> attributes) implements Made {}

        /** No key, because a template cannot encode a value. */
        record Unfit(String reason) implements Made {}
    }

    /** Whether a template makes the attribute of the row; otherwise it is copied. */
    boolean makes(String attribute) {
        return encoders.containsKey(attribute);
    }

    Made of(Item source) {
        Map<String, AttributeValue> item = source.attributes();
        Set<String> missing = missing(source);
        if (!missing.isEmpty()) {
            return new Made.Missing(missing);
        }
        String unfit = encoders.values().stream()
                .map(encoder -> encoder.unfit(item))
                .filter(reason -> !reason.isEmpty())
                .collect(Collectors.joining("; "));
        if (!unfit.isEmpty()) {
            return new Made.Unfit(unfit);
        }
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        schema.attributes().forEach(attribute -> key.put(attribute.name(), value(attribute.name(), item)));
        return new Made.Key(new Item(key));
    }

    /** The attributes that the key is derived from and the item lacks. */
    Set<String> missing(Item source) {
        Set<String> missing = new LinkedHashSet<>(needed());
        missing.removeAll(source.attributes().keySet());
        return missing;
    }

    private AttributeValue value(String name, Map<String, AttributeValue> item) {
        TemplateEncoder encoder = encoders.get(name);
        return encoder == null ? Objects.requireNonNull(item.get(name)) : AttributeValue.fromS(encoder.encode(item));
    }

    /** The key under which the target may have a row of the item; empty if the target cannot hold such a row. */
    Optional<Item> held(Item source) {
        return of(source) instanceof Made.Key made && canHold(made.key()) ? Optional.of(made.key()) : Optional.empty();
    }

    /** Whether the types and lengths of the key's attributes are valid in the table. */
    boolean canHold(Item key) {
        return unheld(key).isEmpty();
    }

    /** Why the table cannot hold a row with this key; empty if it can. */
    Optional<String> unheld(Item key) {
        return unheld(key, schema.partition(), ItemSize.MAX_PARTITION_KEY_BYTES)
                .or(() -> schema.sort().flatMap(sort -> unheld(key, sort, ItemSize.MAX_SORT_KEY_BYTES)));
    }

    private static Optional<String> unheld(Item key, KeyAttribute attribute, int maxBytes) {
        AttributeValue value = Objects.requireNonNull(key.attributes().get(attribute.name()));
        if (!value.type().name().equals(attribute.type().name())) {
            return Optional.of("its " + attribute.name() + " is of type " + value.type()
                    + ", and the target's key needs " + attribute.type());
        }
        long bytes = ItemSize.of(value);
        if (bytes == 0) {
            return Optional.of("its " + attribute.name() + " is empty, and no key attribute is");
        }
        return bytes <= maxBytes
                ? Optional.empty()
                : Optional.of("its %s has %d bytes, and the target's key holds %d"
                        .formatted(attribute.name(), bytes, maxBytes));
    }

    /** The attributes of the source item that the key is derived from. */
    Set<String> needed() {
        return schema.attributes().stream()
                .map(KeyAttribute::name)
                .flatMap(name ->
                        Optional.ofNullable(encoders.get(name))
                                .map(TemplateEncoder::attributes)
                                .orElse(List.of(name))
                                .stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
