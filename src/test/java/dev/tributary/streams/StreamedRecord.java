package dev.tributary.streams;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;

/** A record of a {@link SimulatedShard}. */
record StreamedRecord(
        OperationType event,
        String sequenceNumber,
        Instant created,
        Map<String, AttributeValue> keys,
        @Nullable Map<String, AttributeValue> oldImage,
        @Nullable Map<String, AttributeValue> newImage) {

    /** Approximate size in bytes, for the page limit. */
    long size() {
        return size(keys) + size(oldImage) + size(newImage);
    }

    private static long size(@Nullable Map<String, AttributeValue> attributes) {
        if (attributes == null) {
            return 0;
        }
        return attributes.entrySet().stream()
                .mapToLong(attribute -> attribute.getKey().length() + size(attribute.getValue()))
                .sum();
    }

    private static long size(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s().length();
            case B -> value.b().asByteArrayUnsafe().length;
            case M -> size(value.m());
            case L -> value.l().stream().mapToLong(StreamedRecord::size).sum();
            default -> value.toString().length();
        };
    }
}
