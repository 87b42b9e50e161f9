package dev.tributary.document;

import dev.tributary.config.GeneratedValue;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The values that the server gives to attributes.
 *
 * @param generated where a document that is put has none
 * @param refreshed at every write
 */
public record ServerValues(Map<String, GeneratedValue> generated, Map<String, GeneratedValue> refreshed, Clock clock) {

    /** Milliseconds always, so that the text sorts as the time does. */
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
