package dev.tributary.items.query;

import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.TableLayout;
import dev.tributary.model.VersionStamp;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Decides which rows of a table are items for readers, and which of their attributes are shown. */
record PresentItems(TableLayout layout, Clock clock) {

    /** DynamoDB removes nothing whose expiry is longer ago: such values are not taken for times. */
    private static final Duration LONGEST_EXPIRED = Duration.ofDays(5L * 365);

    /** Whether a row is an item: neither a tombstone nor expired. */
    boolean isPresent(Map<String, AttributeValue> row) {
        return !isTombstone(row) && !isExpired(row);
    }

    private static boolean isTombstone(Map<String, AttributeValue> row) {
        return row.containsKey(VersionStamp.EXPIRES);
    }

    private boolean isExpired(Map<String, AttributeValue> row) {
        @Nullable AttributeValue expires = layout.ttl().map(row::get).orElse(null);
        if (expires == null || expires.n() == null) {
            return false;
        }
        double seconds = Double.parseDouble(expires.n());
        long now = clock.instant().getEpochSecond();
        return seconds < now && seconds > now - LONGEST_EXPIRED.toSeconds();
    }

    /** The attributes that {@link #isPresent} looks at; an index without them would show what is not there. */
    List<String> expiryAttributes() {
        return layout.ttl()
                .filter(attribute -> !attribute.equals(VersionStamp.EXPIRES))
                .map(attribute -> List.of(VersionStamp.EXPIRES, attribute))
                .orElse(List.of(VersionStamp.EXPIRES));
    }

    /** The attributes of a row: those of the key, and then those that were asked for, without those of the replication. */
    Map<String, AttributeValue> shown(Map<String, AttributeValue> row, FieldSelection fields) {
        Map<String, AttributeValue> item = new LinkedHashMap<>();
        for (KeyAttribute attribute : layout.key().attributes()) {
            Optional.ofNullable(row.get(attribute.name())).ifPresent(value -> item.put(attribute.name(), value));
        }
        new TreeMap<>(row).forEach((name, value) -> {
            if (!VersionStamp.RESERVED.contains(name) && fields.includes(name)) {
                item.putIfAbsent(name, value);
            }
        });
        return item;
    }
}
