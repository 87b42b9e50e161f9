package dev.tributary.table;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Writes to a target whose key is a city, and its rows. */
final class CityRows {

    private CityRows() {}

    static TargetWrite upsert(String owner, int version, String city) {
        return new TargetWrite.Upsert(stamp(owner, version), row(owner, city));
    }

    static TargetWrite delete(String owner, int version, String city) {
        return new TargetWrite.Delete(stamp(owner, version), Set.of(key(city)));
    }

    static TargetWrite move(String owner, int version, String to, String... from) {
        Set<Item> old = new HashSet<>();
        for (String city : from) {
            old.add(key(city));
        }
        return new TargetWrite.Move(stamp(owner, version), old, row(owner, to));
    }

    static VersionStamp stamp(String owner, int version) {
        return new VersionStamp(
                new ItemKey(owner),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.ofEpochSecond(60));
    }

    static Row row(String owner, String city) {
        return new Row(
                key(city), new Item(Map.of("city", AttributeValue.fromS(city), "owner", AttributeValue.fromS(owner))));
    }

    static Item key(String city) {
        return new Item(Map.of("city", AttributeValue.fromS(city)));
    }

    /** The row of a city as it is in the table; empty if there is none. */
    static Optional<Map<String, AttributeValue>> row(LocalDynamoDb dynamo, String table, String city) {
        return Optional.of(dynamo.client()
                        .getItem(request -> request.tableName(table)
                                .key(key(city).attributes())
                                .consistentRead(true))
                        .item())
                .filter(item -> !item.isEmpty());
    }
}
