package dev.tributary.replication;

import dev.tributary.config.Option;
import java.time.Duration;
import java.util.Optional;

/** The continuous verification of a route. */
public record VerifySettings(
        @Option(key = "verify", min = "1m", max = "9000h", example = "24h", doc = """
                How often the daemon compares the target with the source, from the start of one comparison to the start of
                the next; one daemon at a time. Without it, only `tributary verify` does so. See
                [tables.md](tables.md#proving-a-target).""")
        Optional<Duration> interval,

        @Option(key = "verify-read-units", min = "1", max = "1000000", defaultValue = "25", doc = """
                Most read units a second that the comparison consumes, of source and target together.""")
        int readUnits) {}
