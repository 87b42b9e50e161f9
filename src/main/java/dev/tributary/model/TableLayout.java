package dev.tributary.model;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What reads need to know of a table.
 *
 * @param indexes by name
 * @param ttl the TTL attribute; empty if items do not expire
 */
public record TableLayout(KeySchema key, Map<String, QueryKey> indexes, Optional<String> ttl) {

    public TableLayout {
        indexes = Map.copyOf(indexes);
    }

    /** The indexes in the order of their names. */
    public SortedMap<String, QueryKey> sortedIndexes() {
        return new TreeMap<>(indexes);
    }
}
