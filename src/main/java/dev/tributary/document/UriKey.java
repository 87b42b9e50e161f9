package dev.tributary.document;

import static java.util.Objects.requireNonNull;

import dev.tributary.model.DynamoNumber;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads and writes the key attributes of an item in a URI: strings and numbers as they are, binary in base64url. */
public final class UriKey {

    private UriKey() {}

    /**
     * Reads key attributes from their texts in a URI.
     *
     * @param texts by name of the key attribute; one for each
     */
    public static Map<String, AttributeValue> read(List<KeyAttribute> attributes, Map<String, String> texts)
            throws RefusedException {
        return read(attributes.subList(0, 1), attributes.subList(1, attributes.size()), texts);
    }

    /**
     * Reads attributes of a partition key and of a sort key from their texts in a URI.
     *
     * @param texts by name of the key attribute; one for each
     */
    public static Map<String, AttributeValue> read(
            List<KeyAttribute> partition, List<KeyAttribute> sort, Map<String, String> texts) throws RefusedException {
        FieldErrors errors = new FieldErrors();
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        for (KeyAttribute attribute : partition) {
            add(attribute, true, texts, key, errors);
        }
        for (KeyAttribute attribute : sort) {
            add(attribute, false, texts, key, errors);
        }
        if (!errors.isEmpty()) {
            throw new RefusedException(Problem.invalidKey(errors.all()));
        }
        return key;
    }

    /** Reads a value that a sort key attribute is compared with. */
    public static AttributeValue readOperand(KeyAttribute attribute, String text) throws RefusedException {
        return requireNonNull(read(List.of(), List.of(attribute), Map.of(attribute.name(), text))
                .get(attribute.name()));
    }

    private static void add(
            KeyAttribute attribute,
            boolean first,
            Map<String, String> texts,
            Map<String, AttributeValue> key,
            FieldErrors errors) {
        String text = texts.getOrDefault(attribute.name(), "");
        String pointer = FieldErrors.child("", attribute.name());
        try {
            AttributeValue value = value(attribute, text);
            checkSize(attribute, first, value, pointer, errors);
            key.put(attribute.name(), value);
        } catch (DynamoNumber.OutOfRangeException e) {
            errors.add(pointer, e.getMessage() + "; found " + quoted(text));
        } catch (IllegalArgumentException e) {
            errors.add(pointer, "expected base64url; found " + quoted(text));
        }
    }

    /** The text that {@link #read} reads as this value. */
    public static String write(AttributeValue value) {
        return switch (value.type()) {
            case N -> value.n();
            case B ->
                Base64.getUrlEncoder().withoutPadding().encodeToString(value.b().asByteArrayUnsafe());
            default -> value.s();
        };
    }

    /** The texts that {@link #read} reads as this key, in its order. */
    public static Map<String, String> write(Map<String, AttributeValue> key) {
        Map<String, String> texts = new LinkedHashMap<>();
        key.forEach((attribute, value) -> texts.put(attribute, write(value)));
        return texts;
    }

    private static AttributeValue value(KeyAttribute attribute, String text) throws DynamoNumber.OutOfRangeException {
        return switch (attribute.type()) {
            case N -> AttributeValue.fromN(DynamoNumber.canonical(text));
            case B ->
                AttributeValue.fromB(
                        SdkBytes.fromByteArrayUnsafe(Base64.getUrlDecoder().decode(text)));
            default -> AttributeValue.fromS(text);
        };
    }

    /** @param first whether it is the partition key */
    static void checkSize(
            KeyAttribute attribute, boolean first, AttributeValue value, String pointer, FieldErrors errors) {
        long size = ItemSize.of(value);
        int max = first ? ItemSize.MAX_PARTITION_KEY_BYTES : ItemSize.MAX_SORT_KEY_BYTES;
        if (size == 0 || size > max) {
            errors.add(
                    pointer,
                    "expected 1 to %,d bytes, as it is the %s key; found %,d"
                            .formatted(max, first ? "partition" : "sort", size));
        }
    }

    private static String quoted(String text) {
        return '"' + (text.length() <= 40 ? text : text.substring(0, 40) + "…") + '"';
    }
}
