package dev.tributary.items;

import java.math.BigInteger;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The version attribute, which counts the writes of an item.
 *
 * <p>A new item starts at the epoch time in milliseconds and not at 1: otherwise a later item with the key of a
 * deleted one would repeat its versions, and a request that names one would change an item that its caller never
 * read.
 */
record ItemVersion(String attribute, Clock clock) {

    /** One digit less than the limit of DynamoDB numbers, so that the next version fits too. */
    private static final Pattern COUNT = Pattern.compile("0|[1-9][0-9]{0,36}");

    /** The version of this item; empty if it has none, or another value in the attribute. */
    Optional<String> of(Map<String, AttributeValue> item) {
        @Nullable AttributeValue value = item.get(attribute);
        return Optional.ofNullable(value == null ? null : value.n()).filter(ItemVersion::isCount);
    }

    /** The version after a write of this item. */
    String after(Optional<Map<String, AttributeValue>> current) {
        return current.flatMap(this::of)
                .map(version -> new BigInteger(version).add(BigInteger.ONE).toString())
                .orElseGet(this::first);
    }

    String first() {
        return String.valueOf(clock.millis());
    }

    static boolean isCount(String text) {
        return COUNT.matcher(text).matches();
    }
}
