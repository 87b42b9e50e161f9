package dev.tributary.projection;

import dev.tributary.config.KeyTemplate;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Makes the target's key of a source item: of the attributes of these names, or of templates. Immutable. */
final class TargetKey {

    /** Longest key attributes that DynamoDB takes, in bytes. */
    private static final int MAX_PARTITION_BYTES = 2048;

    private static final int MAX_SORT_BYTES = 1024;

    private final KeySchema schema;
    private final Map<String, KeyText> texts;

    TargetKey(KeySchema schema, Map<String, KeyTemplate> templates) {
        this.schema = schema;
        this.texts = templates.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> new KeyText(entry.getValue())));
    }

    KeySchema schema() {
        return schema;
    }

    /** What comes of an item. */
    sealed interface Made {

        /** A key, which the table may still refuse. */
        record Key(Item key) implements Made {}

        /** No key, for want of these attributes. */
        record Missing(Set<String> attributes) implements Made {}

        /** No key, although no attribute is missing. */
        record Unfit(String reason) implements Made {}
    }

    /** Whether the attribute of the row is made by a template, and not copied. */
    boolean makes(String attribute) {
        return texts.containsKey(attribute);
    }

    Made of(Item source) {
        Map<String, AttributeValue> item = source.attributes();
        Set<String> missing = new LinkedHashSet<>(needed());
        missing.removeAll(item.keySet());
        if (!missing.isEmpty()) {
            return new Made.Missing(missing);
        }
        String unfit = texts.values().stream()
                .map(text -> text.unfit(item))
                .filter(reason -> !reason.isEmpty())
                .collect(Collectors.joining("; "));
        if (!unfit.isEmpty()) {
            return new Made.Unfit(unfit);
        }
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        attributes().map(KeyAttribute::name).forEach(name -> key.put(name, value(name, item)));
        return new Made.Key(new Item(key));
    }

    private AttributeValue value(String name, Map<String, AttributeValue> item) {
        KeyText text = texts.get(name);
        return text == null ? Objects.requireNonNull(item.get(name)) : AttributeValue.fromS(text.of(item));
    }

    /** The key under which the target may have a row of the item; empty where it could never have taken one. */
    Optional<Item> held(Item source) {
        return of(source) instanceof Made.Key made && canHold(made.key()) ? Optional.of(made.key()) : Optional.empty();
    }

    /** Whether the table takes such a key: types and lengths of its attributes. */
    boolean canHold(Item key) {
        return canHold(key, schema.partition(), MAX_PARTITION_BYTES)
                && schema.sort().map(sort -> canHold(key, sort, MAX_SORT_BYTES)).orElse(true);
    }

    private static boolean canHold(Item key, KeyAttribute attribute, int maxBytes) {
        AttributeValue value = Objects.requireNonNull(key.attributes().get(attribute.name()));
        if (!value.type().name().equals(attribute.type().name())) {
            return false;
        }
        int bytes =
                switch (value.type()) {
                    case S -> value.s().getBytes(StandardCharsets.UTF_8).length;
                    case B -> value.b().asByteArrayUnsafe().length;
                    default -> 1;
                };
        return bytes > 0 && bytes <= maxBytes;
    }

    /** The attributes of the source item that the key is made of. */
    private Set<String> needed() {
        return attributes()
                .map(KeyAttribute::name)
                .flatMap(name ->
                        Optional.ofNullable(texts.get(name)).map(KeyText::attributes).orElse(List.of(name)).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Stream<KeyAttribute> attributes() {
        return Stream.concat(Stream.of(schema.partition()), schema.sort().stream());
    }
}
