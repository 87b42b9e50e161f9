package dev.tributary.stream;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableArn;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.read.GapPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A table whose stream is read once, for all its routes. */
@Section(prefix = "source.<source>", title = "Sources", intro = """
        `<source>` is a name of your choice, of small letters, digits and hyphens. It is in the keys of the lease table: a
        renamed source is read from the start. No source is called `dead-letters`, `late-writes`, `idempotency`,
        `acknowledgements`, `jobs` or `leases`, because of the tables of those names. A source has at least one route.""")
public record SourceSettings(
        @Option(
                key = "table",
                pattern = TableSettings.NAME_PATTERN,
                expected = TableSettings.NAME,
                example = "users",
                doc = "The table whose stream is read.")
        String table,

        PlaceSettings place,

        @Option(
                key = "streams-endpoint",
                example = "https://vpce-1a2b.streams.dynamodb.eu-central-1.vpce.amazonaws.com",
                doc = """
                Endpoint of the table's stream. Without it: `source.<source>.endpoint`, `aws.streams-endpoint`, or
                `aws.endpoint`.""")
        Optional<URI> streamsEndpoint,

        @Option(
                key = "identity",
                pattern = "[A-Za-z0-9_.:-]{1,255}",
                expected = "1 to 255 letters, digits, _ . : or -",
                example = "111122223333:eu-central-1:users",
                doc = """
                Name of the source table in the rows of its targets. Without it: `<account>:<region>:<table>`. Set it to the
                former one where a replica of the table in another region takes its place. See
                [tables.md](tables.md#moving-to-a-replica).""")
        Optional<String> identity,

        @Option(key = "start", defaultValue = "trim-horizon", example = "latest", doc = """
                Where a source begins that no worker has read before: with the oldest change in the stream, up to 24 hours
                old, or with `latest` where the changes of the last minute begin. Changes before are passed without a write;
                `backfill` brings items that were there. It has no effect on a source that was read before.""")
        StartPosition start,

        @Option(key = "poll-interval", min = "20ms", max = "1m", defaultValue = "100ms", doc = """
                Pause between two reads of a shard that has had changes recently. It is halved after a read that returned
                changes, and left out after a large batch, because more changes are waiting. While that would take more than
                250 reads a second of all shards of the source, pauses are longer in proportion, up to `idle-poll-interval`.
                Shorter is fresher and takes more read requests.""")
        Duration pollInterval,

        @Option(key = "idle-poll-interval", min = "20ms", max = "1m", defaultValue = "2s", doc = """
                Longest pause between two reads of a shard without changes. The pause grows from `poll-interval` to this with
                the time in which no change came, of which it is an eighth; the first change, or a write to the source
                through the HTTP endpoint of this process, makes it short again. If it is shorter than `poll-interval`, the
                pause does not grow.""")
        Duration idlePollInterval,

        @Option(key = "checkpoint-interval", min = "100ms", max = "5m", defaultValue = "2s", doc = """
                Pause between two checkpoints of a shard. After a crash, the changes of at most this time and those in
                flight are applied again.""")
        Duration checkpointInterval,

        @Option(
                key = "max-in-flight",
                min = "1",
                max = "100000",
                defaultValue = "1000",
                doc = "Changes of one shard that may be in flight; reading waits above it.")
        int maxInFlight,

        @Option(key = "max-in-flight-bytes", min = "65536", max = "1073741824", defaultValue = "16777216", doc = """
                Approximate memory, in bytes, that the changes of one shard may take from being read to being in every
                target; reading waits above it. A quarter of the heap is divided equally among the sources; all shards of a
                source together never take more than the source's part.""")
        int maxInFlightBytes,

        @Option(key = "gaps", defaultValue = "stop", example = "continue", doc = """
                What happens where the stream has lost changes before they were read. With `stop` reading stops there, and
                health and log name the remedy. With `continue` the gap is recorded, and reading goes on with the oldest
                change in the stream. With `resync` it does so too, and the daemon repairs the targets. See
                [troubleshooting.md](troubleshooting.md#gaps).""")
        GapPolicy gaps,

        Map<String, RouteSettings> route)
        implements TableSettings, Checked {
    public SourceSettings {
        PlaceSettings given = place;
        place = TableArn.place(table, given);
        table = TableArn.name(table, given);
    }

    @Override
    public void check(CrossCheck check) {
        if (route.isEmpty()) {
            check.report(
                    "",
                    "has no route, so its changes would go nowhere",
                    "give " + check.name("route.<name>.table") + ", or remove the source");
        }
    }
}
