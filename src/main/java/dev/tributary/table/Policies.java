package dev.tributary.table;

import dev.tributary.model.DeletePolicy;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import java.time.Duration;
import java.util.Optional;

/**
 * The policies of a route for collisions and removed rows.
 *
 * @param collisions which of two items with one key keeps the row
 * @param tombstones what replaces a removed row; empty for nothing
 */
public record Policies(CollisionPolicy collisions, Optional<Tombstones> tombstones) {

    /**
     * Tombstones in the place of removed rows.
     *
     * @param life time to live, from the change that removed the row
     * @param ttlAttribute TTL attribute of the target
     */
    public record Tombstones(Duration life, String ttlAttribute) {

        /** Tombstones in a target with the default TTL attribute. */
        public Tombstones(Duration life) {
            this(life, VersionStamp.EXPIRES);
        }

        /** Those that the route configures, whether it leaves them or not. */
        public static Tombstones of(TargetSettings target) {
            return new Tombstones(
                    target.tombstoneTtl(), target.tombstoneAttribute().orElse(VersionStamp.EXPIRES));
        }
    }

    /** The later of two items wins, and rows that go leave nothing. */
    public static final Policies USUAL = new Policies(CollisionPolicy.LATEST, Optional.empty());

    /** Whether a collision parks the change. */
    boolean rejects() {
        return collisions == CollisionPolicy.REJECT;
    }

    public static Policies of(DeletePolicy deletes, TargetSettings target) {
        return new Policies(
                target.collisions(),
                deletes == DeletePolicy.TOMBSTONE ? Optional.of(Tombstones.of(target)) : Optional.empty());
    }
}
