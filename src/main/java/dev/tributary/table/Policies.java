package dev.tributary.table;

import dev.tributary.config.RouteSettings;
import dev.tributary.config.RouteSettings.CollisionPolicy;
import dev.tributary.config.RouteSettings.DeletePolicy;
import java.time.Duration;
import java.util.Optional;

/**
 * What a route says of rows that are in the way, and of rows that go.
 *
 * @param tombstones how long a row that went leaves a tombstone; empty: it leaves nothing
 */
public record Policies(CollisionPolicy collisions, Optional<Duration> tombstones) {

    /** The later of two items wins, and rows that go leave nothing. */
    public static final Policies USUAL = new Policies(CollisionPolicy.LATEST, Optional.empty());

    /** Whether an item leaves the row of another alone. */
    boolean rejects() {
        return collisions == CollisionPolicy.REJECT;
    }

    public static Policies of(RouteSettings route) {
        return new Policies(
                route.collisions(),
                route.deletes() == DeletePolicy.TOMBSTONE ? Optional.of(route.tombstoneTtl()) : Optional.empty());
    }
}
