package dev.tributary.replication;

import dev.tributary.config.Option;

/** The backfills of a route that the daemon starts. */
public record BackfillSettings(
        @Option(key = "backfill", defaultValue = "manual", example = "auto", doc = """
                With `auto` the daemon brings the existing items of the source to the target table, beside replication, if that
                has never been done, and repairs it after workers have read the source without the route; one daemon at a time.
                With `manual`, `tributary backfill` does. See
                [tables.md](tables.md#backfilling-a-target).""")
        BackfillStart start,

        @Option(key = "backfill-units", min = "1", max = "1000000", defaultValue = "100", doc = """
                Most read units, and most write units, a second that a backfill of the daemon consumes, also one after a gap
                with `gaps = resync`.""")
        int units) {

    /** What starts the first backfill. */
    public enum BackfillStart {
        /** A person, with a command. */
        MANUAL,
        /** The daemon, once it reads the source. */
        AUTO
    }
}
