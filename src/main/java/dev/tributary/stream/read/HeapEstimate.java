package dev.tributary.stream.read;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/**
 * Estimates the heap that a stream record takes in this process; rather too high than too low.
 *
 * <p>It counts objects, because those of a small attribute take a multiple of its size in DynamoDB. A character counts as
 * two bytes, and so does a byte, because the request that writes it holds a copy.
 */
final class HeapEstimate {

    /** An attribute value, its entry in a map or list, and the objects around its characters or bytes. */
    private static final long VALUE = 160;

    /** The name of an attribute, without its characters. */
    private static final long NAME = 40;

    /** The record, its change, and the bookkeeping for both. */
    private static final long RECORD = 1_000;

    private HeapEstimate() {}

    /** In bytes; constant time for each attribute. */
    static long of(StreamRecord record) {
        return RECORD + of(record.keys()) + of(record.oldImage()) + of(record.newImage());
    }

    private static long of(Map<String, AttributeValue> attributes) {
        long bytes = 0;
        for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
            bytes += NAME + 2L * attribute.getKey().length() + of(attribute.getValue());
        }
        return bytes;
    }

    private static long of(@Nullable AttributeValue value) {
        if (value == null) {
            return VALUE;
        }
        return VALUE
                + switch (value.type()) {
                    case S -> 2L * value.s().length();
                    case N -> 2L * value.n().length();
                    case B -> 2L * value.b().asByteArrayUnsafe().length;
                    case SS -> texts(value.ss());
                    case NS -> texts(value.ns());
                    case BS ->
                        value.bs().stream()
                                .mapToLong(bytes -> NAME + 2L * bytes.asByteArrayUnsafe().length)
                                .sum();
                    case M -> of(value.m());
                    case L -> value.l().stream().mapToLong(HeapEstimate::of).sum();
                    case BOOL, NUL, UNKNOWN_TO_SDK_VERSION -> 0;
                };
    }

    private static long texts(List<String> texts) {
        return texts.stream().mapToLong(text -> NAME + 2L * text.length()).sum();
    }
}
