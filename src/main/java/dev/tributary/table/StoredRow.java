package dev.tributary.table;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Row;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A row as it is in a target table.
 *
 * @param row its key, and its attributes without the version stamp
 * @param stamp its version stamp; empty if it has none that can be read, so that replication did not write it
 * @param tombstone whether it marks a removal
 */
public record StoredRow(Row row, Optional<VersionStamp> stamp, boolean tombstone) {

    /**
     * Reads a row.
     *
     * @param attributes all its attributes
     * @param schema key of the target table
     */
    public static StoredRow of(Map<String, AttributeValue> attributes, KeySchema schema) {
        Optional<VersionStamp> stamp = stamp(StampAttribute.fields(attributes));
        Map<String, AttributeValue> content = new HashMap<>(attributes);
        content.remove(VersionStamp.ATTRIBUTE);
        return new StoredRow(
                new Row(schema.keyOf(new Item(attributes)), new Item(content)),
                stamp,
                stamp.isPresent() && attributes.containsKey(VersionStamp.EXPIRES));
    }

    private static Optional<VersionStamp> stamp(Map<String, AttributeValue> fields) {
        AttributeValue owner = fields.get(StampAttribute.OWNER);
        AttributeValue version = fields.get(StampAttribute.VERSION);
        AttributeValue createdAt = fields.get(StampAttribute.CREATED_AT);
        return owner == null
                        || owner.s() == null
                        || version == null
                        || version.s() == null
                        || createdAt == null
                        || createdAt.n() == null
                ? Optional.empty()
                : Optional.of(new VersionStamp(
                        new ItemKey(owner.s()),
                        new Version(version.s()),
                        Instant.ofEpochMilli(Long.parseLong(createdAt.n()))));
    }

    /** Whether the row has exactly these attributes; the order of a set's elements has no meaning. */
    public boolean holds(Row other) {
        return differing(other).isEmpty();
    }

    /** The names of attributes that are not equal in both; the order of a set's elements has no meaning. */
    public SortedSet<String> differing(Row other) {
        Map<String, Object> mine = comparable(row.item().attributes());
        Map<String, Object> others = comparable(other.item().attributes());
        SortedSet<String> names = new TreeSet<>(mine.keySet());
        names.addAll(others.keySet());
        names.removeIf(name -> Objects.equals(mine.get(name), others.get(name)));
        return names;
    }

    private static Map<String, Object> comparable(Map<String, AttributeValue> attributes) {
        Map<String, Object> comparable = new HashMap<>();
        attributes.forEach((name, value) -> comparable.put(name, comparable(value)));
        return comparable;
    }

    private static Object comparable(AttributeValue value) {
        return switch (value.type()) {
            case SS -> Set.copyOf(value.ss());
            case BS -> Set.copyOf(value.bs());
            case NS -> value.ns().stream().map(AttributeValue::fromN).collect(Collectors.toSet());
            case M -> comparable(value.m());
            case L -> value.l().stream().map(StoredRow::comparable).toList();
            default -> value;
        };
    }
}
