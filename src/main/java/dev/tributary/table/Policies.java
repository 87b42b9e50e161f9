package dev.tributary.table;

import dev.tributary.config.DeletePolicy;
import dev.tributary.config.TargetSettings;
import dev.tributary.config.TargetSettings.CollisionPolicy;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.util.Optional;

/**
 * What a route says of rows that are in the way, and of rows that go.
 *
 * @param collisions which of two items with one key has the row
 * @param tombstones what a row that went leaves; empty: nothing
 */
public record Policies(CollisionPolicy collisions, Optional<Tombstones> tombstones) {

    /**
     * What rows leave that went.
     *
     * @param life from the change on account of which they went
     * @param ttlAttribute of the target
     */
    public record Tombstones(Duration life, String ttlAttribute) {

        /** In a target whose TTL attribute is for nothing else. */
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

    /** Whether an item leaves the row of another alone. */
    boolean rejects() {
        return collisions == CollisionPolicy.REJECT;
    }

    public static Policies of(DeletePolicy deletes, TargetSettings target) {
        return new Policies(
                target.collisions(),
                deletes == DeletePolicy.TOMBSTONE ? Optional.of(Tombstones.of(target)) : Optional.empty());
    }
}
