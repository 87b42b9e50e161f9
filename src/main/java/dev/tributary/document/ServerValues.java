package dev.tributary.document;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The attributes whose values the server makes.
 *
 * @param generated made if the document of a whole item has no value
 * @param refreshed made at every write
 */
public record ServerValues(Map<String, GeneratedValue> generated, Map<String, GeneratedValue> refreshed, Clock clock) {

    /** Always with milliseconds, so that the text sorts as the time does. */
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    void generate(Map<String, AttributeValue> item) {
        Instant now = clock.instant();
        generated.forEach((name, value) -> item.computeIfAbsent(name, absent -> make(value, now)));
    }

    void refresh(Map<String, AttributeValue> item) {
        Instant now = clock.instant();
        refreshed.forEach((name, value) -> item.put(name, make(value, now)));
    }

    private static AttributeValue make(GeneratedValue value, Instant now) {
        Instant time = now.plus(value.offset());
        return switch (value.kind()) {
            case UUID -> AttributeValue.fromS(UUID.randomUUID().toString());
            case NOW -> AttributeValue.fromN(String.valueOf(time.getEpochSecond()));
            case NOW_ISO -> AttributeValue.fromS(ISO.format(time));
        };
    }
}
