package dev.tributary.inspect;

import dev.tributary.model.DynamoNumber;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Converts keys to and from readable text. */
public final class KeyText {

    private KeyText() {}

    /** {@code state=New York, city=Brooklyn}; binary values as Base64. */
    public static String of(Item key) {
        return key.attributes().entrySet().stream()
                .map(attribute -> attribute.getKey() + "=" + text(attribute.getValue()))
                .collect(Collectors.joining(", "));
    }

    /**
     * Reads a key with the types of its table.
     *
     * @param values by attribute name; numbers in decimal, binary values as Base64
     * @throws IllegalArgumentException if the text is no key of the table; the message names the expected form
     */
    public static Item parse(Map<String, String> values, KeySchema schema) {
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        for (KeyAttribute attribute : schema.attributes()) {
            String text = values.get(attribute.name());
            if (text == null || text.isEmpty()) {
                throw new IllegalArgumentException(
                        "--key: " + attribute.name() + " is missing; the table's key is " + schema.text());
            }
            key.put(attribute.name(), value(attribute, text));
        }
        values.keySet().stream()
                .filter(name -> !key.containsKey(name))
                .findFirst()
                .ifPresent(other -> {
                    throw new IllegalArgumentException("--key " + other + ": the table's key is " + schema.text());
                });
        return new Item(key);
    }

    private static AttributeValue value(KeyAttribute attribute, String text) {
        try {
            return switch (attribute.type()) {
                case N -> AttributeValue.fromN(DynamoNumber.canonical(text));
                case B ->
                    AttributeValue.fromB(
                            SdkBytes.fromByteArray(Base64.getDecoder().decode(text)));
                default -> AttributeValue.fromS(text);
            };
        } catch (DynamoNumber.OutOfRangeException e) {
            throw new IllegalArgumentException("--key %s=%s: %s".formatted(attribute.name(), text, e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--key %s=%s: expected Base64".formatted(attribute.name(), text), e);
        }
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
