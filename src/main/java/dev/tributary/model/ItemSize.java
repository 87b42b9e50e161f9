package dev.tributary.model;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Sizes in bytes by the rule of DynamoDB's developer guide ("Item sizes and formats"). */
public final class ItemSize {

    /** The most that DynamoDB takes. */
    public static final int MAX_BYTES = 400 * 1024;

    private ItemSize() {}

    /** Names and values of all attributes. */
    public static long of(Map<String, AttributeValue> attributes) {
        long size = 0;
        for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
            size += utf8(attribute.getKey()) + of(attribute.getValue());
        }
        return size;
    }

    public static long of(AttributeValue value) {
        return switch (value.type()) {
            case S -> utf8(value.s());
            case N -> number(value.n());
            case B -> value.b().asByteArrayUnsafe().length;
            case BOOL, NUL -> 1;
            case SS -> value.ss().stream().mapToLong(ItemSize::utf8).sum();
            case NS -> value.ns().stream().mapToLong(ItemSize::number).sum();
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

    public static long utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** A byte for two significant digits, one more for all, and one for the sign. */
    private static long number(String text) {
        BigDecimal value = new BigDecimal(text).stripTrailingZeros();
        long digits = value.precision();
        return (digits + 1) / 2 + 1 + (value.signum() < 0 ? 1 : 0);
    }
}
