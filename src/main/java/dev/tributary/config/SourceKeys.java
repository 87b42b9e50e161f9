package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;
import static dev.tributary.config.Key.required;
import static dev.tributary.config.KeyTypes.REGION_CODE;
import static dev.tributary.config.KeyTypes.TABLE_NAME;

import dev.tributary.config.SourceSettings.GapPolicy;
import java.net.URI;
import java.time.Duration;

/** What is read, and how. */
final class SourceKeys {

    static final Key<String> TABLE = required("source.<source>.table", TABLE_NAME, "The table whose stream is read.");
    static final Key<String> REGION =
            optional("source.<source>.region", REGION_CODE, "Its region. Without it: `aws.region`.");
    static final Key<URI> ENDPOINT =
            optional("source.<source>.endpoint", ValueType.endpoint(), "Its endpoint. Without it: `aws.endpoint`.");
    static final Key<String> IDENTITY = optional(
            "source.<source>.identity",
            KeyTypes.IDENTITY,
            "Name of the source table in the rows of its targets. Without it: `<account>:<region>:<table>`. Set it to the"
                    + " former one where a replica of the table in another region takes its place. See"
                    + " [operations.md](operations.md#moving-to-a-replica).");
    static final Key<Duration> POLL_INTERVAL = defaulting(
            "source.<source>.poll-interval",
            ValueType.duration("20ms", "1m", "100ms"),
            "100ms",
            "Pause between two reads of a shard in which nothing happens; half of it behind changes, and none behind a"
                    + " large batch, because more is waiting there. Shorter is fresher and takes more read requests.");
    static final Key<Duration> CHECKPOINT_INTERVAL = defaulting(
            "source.<source>.checkpoint-interval",
            ValueType.duration("100ms", "5m", "2s"),
            "2s",
            "Pause between two checkpoints of a shard. After a crash at most this much, and what was in flight, is"
                    + " applied again.");
    static final Key<Integer> MAX_IN_FLIGHT = defaulting(
            "source.<source>.max-in-flight",
            ValueType.integer(1, 100_000, 1000),
            "1000",
            "Changes of one shard that may be in flight; reading waits above it.");
    static final Key<Integer> MAX_IN_FLIGHT_BYTES = defaulting(
            "source.<source>.max-in-flight-bytes",
            ValueType.integer(65_536, 1_073_741_824, 16_777_216),
            "16777216",
            "Memory that the changes of one shard may take from being read to being in every target, about; reading"
                    + " waits above it. All shards of a source together never take more than their share of a quarter"
                    + " of the heap, which the sources have in equal parts.");

    static final Key<GapPolicy> GAPS = defaulting(
            "source.<source>.gaps",
            ValueType.oneOf(GapPolicy.class, GapPolicy.CONTINUE),
            "stop",
            "What happens where the stream has lost changes before they were read: with `stop` and `resync` reading"
                    + " stands still there, and health and log say what to do; with `continue` it goes on with the oldest change there is, once the gap is written down. See"
                    + " [operations.md](operations.md#gaps).");

    private SourceKeys() {}
}
