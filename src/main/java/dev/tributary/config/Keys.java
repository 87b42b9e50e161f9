package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;
import static dev.tributary.config.Key.required;

import dev.tributary.config.LocalSettings.Mode;
import dev.tributary.config.RouteSettings.DeletePolicy;
import dev.tributary.config.RouteSettings.MissingKeyPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Every key there is. What is not here is refused, and the reference is rendered from here. */
final class Keys {

    private static final ValueType<String> TABLE_NAME =
            ValueType.text("a table name of 3 to 255 letters, digits, _ . or -", "users", "[A-Za-z0-9_.-]{3,255}");
    private static final ValueType<String> REGION =
            ValueType.text("the code of a region", "eu-central-1", "[a-z][a-z0-9-]{0,62}");
    private static final ValueType<String> HOST = ValueType.text(
            "a host name or address without a port",
            "127.0.0.1",
            "[A-Za-z0-9.-]+|\\[?[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*]?");
    private static final ValueType<Integer> PORT = ValueType.integer(0, 65535, 8080);

    static final Key<String> APPLICATION = defaulting(
            "application",
            ValueType.text("1 to 128 letters, digits, _ . or -", "tributary", "[A-Za-z0-9_.-]{1,128}"),
            "tributary",
            "Prefix of the tables the daemon owns: one lease table per source, `<application>-<source>`, and"
                    + " `<application>-dead-letters` in each place where a source is. Workers with the same application share the shards. Another application reads every stream again.");
    static final Key<String> WORKER_ID = optional(
            "worker-id",
            ValueType.text("1 to 128 characters without white space", "worker-1", "\\S{1,128}"),
            "Name of this process in the lease tables; no two live workers may share it. Without it: the host name"
                    + " and a random part.");
    static final Key<Duration> SHUTDOWN_TIMEOUT = defaulting(
            "shutdown-timeout",
            ValueType.duration("3s", "5m", "8s"),
            "8s",
            "Longest time from a stop signal to the end of the process. Keep it below the time after which the"
                    + " platform kills (10s with `docker stop`, 30s on ECS, 90s with systemd).");

    static final Key<String> AWS_REGION = optional(
            "aws.region",
            REGION,
            "Region of every table that does not name its own. Without it: the SDK's chain (`AWS_REGION`, the profile,"
                    + " the instance).");
    static final Key<URI> AWS_ENDPOINT = optional(
            "aws.endpoint",
            ValueType.endpoint(),
            "Endpoint of every table that does not name its own, such as a VPC endpoint or a DynamoDB Local. Without"
                    + " it: the region's.");

    static final Key<LogSettings.Format> LOG_FORMAT = defaulting(
            "log.format",
            ValueType.oneOf(LogSettings.Format.class, LogSettings.Format.JSON),
            "text",
            "Lines for people, or one JSON object per line.");
    static final Key<LogSettings.Level> LOG_LEVEL = defaulting(
            "log.level",
            ValueType.oneOf(LogSettings.Level.class, LogSettings.Level.DEBUG),
            "info",
            "Level of the daemon's own loggers.");

    static final Key<String> HTTP_HOST = defaulting("http.host", HOST, "127.0.0.1", "Address that is listened on.");
    static final Key<Integer> HTTP_PORT = defaulting("http.port", PORT, "8080", "Port; 0 takes a free one.");
    static final Key<Boolean> HTTP_ALLOW_REMOTE = defaulting(
            "http.allow-remote",
            ValueType.bool(),
            "false",
            "Accepts a host other than loopback. Callers are not authenticated: let only those reach the port who may"
                    + " write.");
    static final Key<Integer> HTTP_MAX_BODY_BYTES = defaulting(
            "http.max-body-bytes",
            ValueType.integer(1024, 104_857_600, 1_048_576),
            "1048576",
            "Largest request body, in bytes. A DynamoDB item has at most 400 KB.");

    static final Key<String> ADMIN_HOST = defaulting("admin.host", HOST, "127.0.0.1", "Address that is listened on.");
    static final Key<Integer> ADMIN_PORT = defaulting("admin.port", PORT, "8081", "Port; 0 takes a free one.");
    static final Key<Boolean> ADMIN_ALLOW_REMOTE = defaulting(
            "admin.allow-remote",
            ValueType.bool(),
            "false",
            "Accepts a host other than loopback. Callers are not authenticated: let only load balancers and scrapers"
                    + " reach the port.");

    static final Key<Duration> LEASE_DURATION = defaulting(
            "lease.duration",
            ValueType.duration("3s", "5m", "8s"),
            "8s",
            "Time without renewal after which another worker takes a shard over; renewed three times within it."
                    + " Shorter resumes sooner after a crash, and takes more writes to the lease table.");

    static final Key<String> SOURCE_TABLE =
            required("source.<source>.table", TABLE_NAME, "The table whose stream is read.");
    static final Key<String> SOURCE_REGION =
            optional("source.<source>.region", REGION, "Its region. Without it: `aws.region`.");
    static final Key<URI> SOURCE_ENDPOINT =
            optional("source.<source>.endpoint", ValueType.endpoint(), "Its endpoint. Without it: `aws.endpoint`.");
    static final Key<Duration> SOURCE_POLL_INTERVAL = defaulting(
            "source.<source>.poll-interval",
            ValueType.duration("20ms", "1m", "100ms"),
            "100ms",
            "Pause between two reads of a shard; none behind a large batch, because more is waiting there. Shorter is"
                    + " fresher and takes more read requests.");
    static final Key<Duration> SOURCE_CHECKPOINT_INTERVAL = defaulting(
            "source.<source>.checkpoint-interval",
            ValueType.duration("100ms", "5m", "2s"),
            "2s",
            "Pause between two checkpoints of a shard. After a crash at most this much, and what was in flight, is"
                    + " applied again.");
    static final Key<Integer> SOURCE_MAX_IN_FLIGHT = defaulting(
            "source.<source>.max-in-flight",
            ValueType.integer(1, 100_000, 256),
            "256",
            "Changes of one shard that may be in flight; reading waits above it.");

    static final Key<String> ROUTE_TABLE =
            required("source.<source>.route.<route>.table", TABLE_NAME, "The table that is kept in step.");
    static final Key<String> ROUTE_REGION =
            optional("source.<source>.route.<route>.region", REGION, "Its region. Without it: `aws.region`.");
    static final Key<URI> ROUTE_ENDPOINT = optional(
            "source.<source>.route.<route>.endpoint",
            ValueType.endpoint(),
            "Its endpoint. Without it: `aws.endpoint`.");
    static final Key<Set<String>> ROUTE_INCLUDE = optional(
            "source.<source>.route.<route>.include",
            ValueType.attributeNames(),
            "Attributes that are copied. Without it: all. The target's key attributes must be among them.");
    static final Key<Set<String>> ROUTE_EXCLUDE = optional(
            "source.<source>.route.<route>.exclude", ValueType.attributeNames(), "Attributes that are not copied.");
    static final Key<DeletePolicy> ROUTE_DELETES = defaulting(
            "source.<source>.route.<route>.deletes",
            ValueType.oneOf(DeletePolicy.class, DeletePolicy.HARD),
            "hard",
            "What the removal of a source item does to its target row: `hard` deletes it, `ignore` leaves it.");
    static final Key<MissingKeyPolicy> ROUTE_MISSING_KEY = defaulting(
            "source.<source>.route.<route>.missing-key",
            ValueType.oneOf(MissingKeyPolicy.class, MissingKeyPolicy.PARK),
            "drop-row",
            "What becomes of an item that lacks a key attribute of the target: with `drop-row` it has no row there, as"
                    + " in a sparse index; with `park` the change is parked, and the row stays as it is.");

    static final Key<String> WRITE_PATH = required(
            "write.<write>.path",
            ValueType.text(
                    "a path that starts with /, of letters, digits, . _ ~ - and single /",
                    "/users",
                    "/|(/[A-Za-z0-9._~-]+)+"),
            "Path of the HTTP endpoint.");
    static final Key<String> WRITE_TABLE =
            required("write.<write>.table", TABLE_NAME, "The table the items are put into.");
    static final Key<String> WRITE_REGION =
            optional("write.<write>.region", REGION, "Its region. Without it: `aws.region`.");
    static final Key<URI> WRITE_ENDPOINT =
            optional("write.<write>.endpoint", ValueType.endpoint(), "Its endpoint. Without it: `aws.endpoint`.");
    static final Key<AttributeType> WRITE_TYPE = optional(
            "write.<write>.type.<attribute>",
            ValueType.oneOf(AttributeType.class, AttributeType.N, AttributeType::name),
            "DynamoDB type the attribute is stored as. Without it: the type of its JSON value.");
    static final Key<String> WRITE_DEFAULTS = optional(
            "write.<write>.defaults.<attribute>",
            ValueType.text("a value", "true", "(?s).+"),
            "Value of the attribute where the request has none: read as its `type`, or else as JSON, or else as a"
                    + " string. `B` is written in base64; sets, lists and maps as JSON.");

    static final Key<Mode> LOCAL_MODE = defaulting(
            "local.mode",
            ValueType.oneOf(Mode.class, Mode.MEMORY),
            "off",
            "`memory`: the tables end with the process. `directory`: they outlive it. `off`: no DynamoDB Local.");
    static final Key<Integer> LOCAL_PORT =
            defaulting("local.port", PORT, "8000", "Loopback port of DynamoDB Local; 0 takes a free one.");
    static final Key<Path> LOCAL_DIRECTORY = defaulting(
            "local.directory", ValueType.path("data"), "data", "Directory of the database, for `directory`.");
    static final Key<KeySchema> LOCAL_TABLE_KEY = required(
            "local.table.<table>.key",
            ValueType.keySchema(),
            "Primary key of a table that is created at start if it is missing: the partition key, then the sort key"
                    + " if there is one.");
    static final Key<Boolean> LOCAL_TABLE_STREAM = defaulting(
            "local.table.<table>.stream",
            ValueType.bool(),
            "false",
            "Whether the table has a stream of new and old images, as a source needs.");

    /** Keys under one heading of the reference. */
    record Section(String title, String intro, List<Key<?>> keys) {}

    static final List<Section> SECTIONS = List.of(
            new Section("Process", "", List.of(APPLICATION, WORKER_ID, SHUTDOWN_TIMEOUT)),
            new Section(
                    "AWS",
                    "Credentials are the SDK's default chain; no key holds a secret.",
                    List.of(AWS_REGION, AWS_ENDPOINT)),
            new Section("Logs", "To standard output.", List.of(LOG_FORMAT, LOG_LEVEL)),
            new Section(
                    "Sources",
                    "`<source>` is a name of your choice, of small letters, digits and hyphens. It is part of the lease"
                            + " table's name: renaming a source starts it anew. No source is called `dead-letters`, because of the table"
                            + " of that name. A source has at least one route.",
                    List.of(
                            SOURCE_TABLE,
                            SOURCE_REGION,
                            SOURCE_ENDPOINT,
                            SOURCE_POLL_INTERVAL,
                            SOURCE_CHECKPOINT_INTERVAL,
                            SOURCE_MAX_IN_FLIGHT)),
            new Section(
                    "Routes",
                    "A route keeps one target table in step with its source. `<route>` is a name like `<source>`.",
                    List.of(
                            ROUTE_TABLE,
                            ROUTE_REGION,
                            ROUTE_ENDPOINT,
                            ROUTE_INCLUDE,
                            ROUTE_EXCLUDE,
                            ROUTE_DELETES,
                            ROUTE_MISSING_KEY)),
            new Section("Leases", "How workers share shards.", List.of(LEASE_DURATION)),
            new Section(
                    "Write routes",
                    "A write route puts the items of requests to a path into a table. `<write>` is a name like"
                            + " `<source>`, `<attribute>` an attribute of the item.",
                    List.of(WRITE_PATH, WRITE_TABLE, WRITE_REGION, WRITE_ENDPOINT, WRITE_TYPE, WRITE_DEFAULTS)),
            new Section(
                    "Write endpoint",
                    "Where requests to the write routes arrive.",
                    List.of(HTTP_HOST, HTTP_PORT, HTTP_ALLOW_REMOTE, HTTP_MAX_BODY_BYTES)),
            new Section("Admin endpoint", "Health and metrics.", List.of(ADMIN_HOST, ADMIN_PORT, ADMIN_ALLOW_REMOTE)),
            new Section(
                    "Local mode",
                    "DynamoDB Local inside the process, for trying things out and for tests. All tables are then there,"
                            + " so no region and no endpoint may be given. `<table>` is the name of a table.",
                    List.of(LOCAL_MODE, LOCAL_PORT, LOCAL_DIRECTORY, LOCAL_TABLE_KEY, LOCAL_TABLE_STREAM)));

    private Keys() {}

    static List<Key<?>> all() {
        return SECTIONS.stream().flatMap(section -> section.keys().stream()).toList();
    }

    /** The keys a name is matched against, the longer patterns first: they say more. */
    static Stream<Key<?>> mostSpecificFirst() {
        return all().stream()
                .sorted((a, b) ->
                        Integer.compare(b.segments().size(), a.segments().size()));
    }
}
