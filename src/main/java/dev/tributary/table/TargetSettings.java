package dev.tributary.table;

import dev.tributary.config.Option;
import java.time.Duration;
import java.util.Optional;

/** How the rows of a target are written and removed. */
public record TargetSettings(
        @Option(key = "collisions", defaultValue = "latest", example = "reject", doc = """
                Which of two items with the same target key has the row: with `latest` the one that changed last; with
                `reject` the one that has it, and the other's change is parked.""")
        CollisionPolicy collisions,

        @Option(key = "tombstone-ttl", min = "25h", max = "9000h", defaultValue = "168h", doc = """
                How long a tombstone stays, counted from the removal. Longer than the 24 hours that a stream keeps its
                changes, because these may be replayed.""")
        Duration tombstoneTtl,

        @Option(
                key = "tombstone-attribute",
                pattern = ".{1,255}",
                expected = "the name of an attribute",
                example = "expires",
                doc = """
                The TTL attribute of a target whose rows have one already, as a table has only one: tombstones get their
                expiry there too. Without it, the TTL attribute has to be `_tributary_expires`.""")
        Optional<String> tombstoneAttribute,

        @Option(key = "batch-size", min = "1", max = "25", defaultValue = "25", doc = """
                Most writes that share a call when many wait. 1: each write is a separate call, which needs no right to
                PartiQL on the target.""")
        int batchSize) {

    /** What happens to a change whose row is taken by another item. */
    public enum CollisionPolicy {
        /** The later change has the row. */
        LATEST,
        /** The row stays, and the change is parked. */
        REJECT
    }
}
