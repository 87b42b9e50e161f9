package dev.tributary.items;

import java.math.BigInteger;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The attribute that counts the writes of an item.
 *
 * <p>A new item starts at the time in milliseconds and not at 1: otherwise the version of an item that was deleted would
 * come back with the next item of that key, and a request that names it would change an item it never saw.
 */
record ItemVersion(String attribute, Clock clock) {

    /** One digit less than a DynamoDB number has, so that counting goes on. */
    private static final Pattern COUNT = Pattern.compile("0|[1-9][0-9]{0,36}");

    /** The version of this item; empty if it has none, or something else under that name. */
    Optional<String> of(Map<String, AttributeValue> item) {
        @Nullable AttributeValue value = item.get(attribute);
        return Optional.ofNullable(value == null ? null : value.n()).filter(ItemVersion::isCount);
    }

    /** The version that a write gives to the item. */
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
