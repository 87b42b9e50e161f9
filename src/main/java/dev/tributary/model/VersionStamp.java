package dev.tributary.model;

import java.time.Instant;
import java.util.Set;

/**
 * Who wrote a target row, and on account of which change. Kept in the row itself; the guard of every write.
 *
 * @param owner the source item whose projection the row is
 * @param version of the change that wrote it
 * @param createdAt approximate creation time of that change, in whole seconds
 */
public record VersionStamp(ItemKey owner, Version version, Instant createdAt) {

    /** Reserved attribute of a target row; a source attribute of this name is never copied. */
    public static final String ATTRIBUTE = "_tributary";

    /**
     * Reserved attribute of a tombstone, which no other row has: when it goes, in epoch seconds; the target's TTL
     * attribute.
     */
    public static final String EXPIRES = "_tributary_expires";

    /** What only replication writes: in an item of others these names would pass for its marks. */
    public static final Set<String> RESERVED = Set.of(ATTRIBUTE, EXPIRES);
}
