package dev.tributary.document;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
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

    ValueOrigin random() {
        return ValueOrigin.random(clock);
    }

    /** @param source of the values; refreshed ones have their own */
    void generate(Map<String, AttributeValue> item, ValueOrigin source) {
        generated.forEach((name, value) -> item.computeIfAbsent(name, absent -> make(name, value, source)));
    }

    void refresh(Map<String, AttributeValue> item) {
        ValueOrigin source = random();
        refreshed.forEach((name, value) -> item.put(name, make(name, value, source)));
    }

    private static AttributeValue make(String attribute, GeneratedValue value, ValueOrigin source) {
        Instant time = source.time().plus(value.offset());
        return switch (value.kind()) {
            case UUID -> AttributeValue.fromS(source.uuid(attribute).toString());
            case NOW -> AttributeValue.fromN(String.valueOf(time.getEpochSecond()));
            case NOW_ISO -> AttributeValue.fromS(ISO.format(time));
        };
    }
}
