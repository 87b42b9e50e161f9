package dev.tributary.model;

import java.util.Optional;

/**
 * A table's primary key, written {@code name:type} or {@code name:type, name:type}.
 *
 * @param partition the partition key attribute
 * @param sort the sort key attribute, if the key is composite
 */
public record KeySchema(KeyAttribute partition, Optional<KeyAttribute> sort) {

    /** A key attribute; its type is S, N or B. */
    public record KeyAttribute(String name, AttributeType type) {}
}
