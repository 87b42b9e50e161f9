package dev.tributary.model;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Sizes in bytes by the rule of DynamoDB's developer guide ("Item sizes and formats"). */
public final class ItemSize {

    /** Largest item. */
    public static final int MAX_BYTES = 400 * 1024;

    /** Largest value of a partition key. */
    public static final int MAX_PARTITION_KEY_BYTES = 2048;

    /** Largest value of a sort key. */
    public static final int MAX_SORT_KEY_BYTES = 1024;

    private ItemSize() {}

    /** The size of an item: names and values of its attributes. */
    public static long of(Map<String, AttributeValue> attributes) {
        long size = 0;
        for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
            size += utf8(attribute.getKey()) + of(attribute.getValue());
        }
        return size;
    }

    /** The size of a value. */
    public static long of(AttributeValue value) {
        return switch (value.type()) {
            case S -> utf8(value.s());
            case N -> DynamoNumber.bytes(value.n());
            case B -> value.b().asByteArrayUnsafe().length;
            case BOOL, NUL -> 1;
            case SS -> value.ss().stream().mapToLong(ItemSize::utf8).sum();
            case NS -> value.ns().stream().mapToLong(DynamoNumber::bytes).sum();
            case BS ->
                value.bs().stream()
                        .mapToLong(bytes -> bytes.asByteArrayUnsafe().length)
                        .sum();
            case M -> 3 + value.m().size() + of(value.m());
            case L -> 3 + elements(value.l());
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalArgumentException("a value without a type");
        };
    }

    private static long elements(List<AttributeValue> list) {
        return list.stream().mapToLong(element -> 1 + of(element)).sum();
    }

    /** The length of a text in UTF-8. */
    public static long utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
