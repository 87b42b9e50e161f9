package dev.tributary.model;

import java.time.Instant;
import java.util.Set;

/**
 * The owner of a target row and the change that wrote it. Stored in the row; the guard of every write compares it.
 *
 * @param owner the source item whose projection the row is
 * @param version of the change that wrote it
 * @param createdAt approximate creation time of that change, in whole seconds
 */
public record VersionStamp(ItemKey owner, Version version, Instant createdAt) {

    /** Reserved attribute of a target row; a source attribute of this name is never copied. */
    public static final String ATTRIBUTE = "_tributary";

    /**
     * Reserved attribute of tombstones: their expiry in epoch seconds; by default the target's TTL attribute.
     */
    public static final String EXPIRES = "_tributary_expires";

    /** Reserved attribute of source items: the mark of a write that a request waits for. Never copied to a target. */
    public static final String WRITE = "_tributary_write";

    /** Attributes that only the replication writes: in other items they would be taken for its stamps. */
    public static final Set<String> RESERVED = Set.of(ATTRIBUTE, EXPIRES, WRITE);
}
