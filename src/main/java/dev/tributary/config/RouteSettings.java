package dev.tributary.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One target of a source: which attributes go there and what a removal does. */
public interface RouteSettings extends TableSettings {

    /** Attributes that are copied; absent: all of them. */
    Optional<Set<String>> include();

    /** Attributes that are not copied. */
    Optional<Set<String>> exclude();

    /** How key attributes of the target are made that are not copied, by their names. */
    Map<String, KeyTemplate> key();

    DeletePolicy deletes();

    /** What becomes of an item that lacks a key attribute of the target. */
    MissingKeyPolicy missingKey();

    /** What becomes of a change whose row is there already, as another item's. */
    CollisionPolicy collisions();

    /** How long a tombstone stays after its removal; for {@link DeletePolicy#TOMBSTONE} alone. */
    Duration tombstoneTtl();

    /** The target's TTL attribute, where that is not the one that tombstones have in any case. */
    Optional<String> tombstoneAttribute();

    /** Most writes that share one call, from 1 to 25. */
    int batchSize();

    /** What the removal of a source item does to its target row. */
    enum DeletePolicy {
        /** The row is deleted. */
        HARD,
        /** The row stays. */
        IGNORE,
        /** The row goes, and a tombstone tells late writers of it until it expires. */
        TOMBSTONE
    }

    /** What becomes of a change whose row is there already, as another item's. */
    enum CollisionPolicy {
        /** The later change has the row. */
        LATEST,
        /** The row stays, and the change is parked. */
        REJECT
    }

    /** What becomes of a change whose new image lacks a key attribute of the target. */
    enum MissingKeyPolicy {
        /** The change is parked, and the item's row stays as it is. */
        PARK,
        /** The item has no row. */
        DROP_ROW
    }
}
