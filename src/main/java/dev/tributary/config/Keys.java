package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;
import static dev.tributary.config.KeyTypes.REGION_CODE;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Every key there is. What is not here is refused, and the reference is rendered from here. */
final class Keys {

    static final Key<String> APPLICATION = defaulting(
            "application",
            ValueType.text("1 to 128 letters, digits, _ . or -", "tributary", "[A-Za-z0-9_.-]{1,128}"),
            "tributary",
            "Prefix of the tables the daemon owns: one lease table per source, `<application>-<source>`, and"
                    + " `<application>-dead-letters` and `<application>-late-writes` in each place where a source is, and `<application>-idempotency` in each place where a write route's table is. Workers with the same application share the shards. Another application reads every stream again.");
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
            REGION_CODE,
            "Region of every table that does not name its own. Without it: the SDK's chain (`AWS_REGION`, the profile,"
                    + " the instance).");
    static final Key<URI> AWS_ENDPOINT = optional(
            "aws.endpoint",
            ValueType.endpoint(),
            "Endpoint of every table that does not name its own, such as a VPC endpoint or a DynamoDB Local. Without"
                    + " it: the region's.");
    static final Key<Duration> LATE_WRITE_HORIZON = defaulting(
            "late-write-horizon",
            ValueType.duration("1m", "1h", "15m"),
            "15m",
            "How long a write may still take effect after it was sent and never answered. DynamoDB refuses signatures"
                    + " that are older than 15 minutes; a removal that such a write may follow is repeated until then."
                    + " Longer only where something between the daemon and DynamoDB signs requests anew.");
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
    static final Key<Duration> LEASE_DURATION = defaulting(
            "lease.duration",
            ValueType.duration("3s", "5m", "8s"),
            "8s",
            "Time without renewal after which another worker takes a shard over; renewed three times within it."
                    + " Shorter resumes sooner after a crash, and takes more writes to the lease table.");

    /** Keys under one heading of the reference. */
    record Section(String title, String intro, List<Key<?>> keys) {}

    static final List<Section> SECTIONS = List.of(
            new Section("Process", "", List.of(APPLICATION, WORKER_ID, SHUTDOWN_TIMEOUT, LATE_WRITE_HORIZON)),
            new Section(
                    "AWS",
                    "Credentials are the SDK's default chain; no key holds a secret.",
                    List.of(AWS_REGION, AWS_ENDPOINT)),
            new Section("Logs", "To standard output.", List.of(LOG_FORMAT, LOG_LEVEL)),
            new Section(
                    "Sources",
                    "`<source>` is a name of your choice, of small letters, digits and hyphens. It is part of the lease"
                            + " table's name: renaming a source starts it anew. No source is called `dead-letters`, `late-writes` or `idempotency`, because of the tables"
                            + " of those names. A source has at least one route.",
                    List.of(
                            SourceKeys.TABLE,
                            SourceKeys.REGION,
                            SourceKeys.ENDPOINT,
                            SourceKeys.IDENTITY,
                            SourceKeys.POLL_INTERVAL,
                            SourceKeys.CHECKPOINT_INTERVAL,
                            SourceKeys.MAX_IN_FLIGHT,
                            SourceKeys.MAX_IN_FLIGHT_BYTES,
                            SourceKeys.GAPS)),
            new Section(
                    "Routes",
                    "A route keeps one target table in step with its source. `<route>` is a name like `<source>`.",
                    List.of(
                            RouteKeys.TABLE,
                            RouteKeys.REGION,
                            RouteKeys.ENDPOINT,
                            RouteKeys.INCLUDE,
                            RouteKeys.EXCLUDE,
                            RouteKeys.KEY,
                            RouteKeys.DELETES,
                            RouteKeys.MISSING_KEY,
                            RouteKeys.COLLISIONS,
                            RouteKeys.TOMBSTONE_TTL,
                            RouteKeys.TOMBSTONE_ATTRIBUTE,
                            RouteKeys.BATCH_SIZE)),
            new Section("Leases", "How workers share shards.", List.of(LEASE_DURATION)),
            new Section(
                    "Write routes",
                    "A write route makes a table's items resources under a path. `<write>` is a name like"
                            + " `<source>`, `<attribute>` an attribute of the item.",
                    List.of(
                            WriteKeys.PATH,
                            WriteKeys.TABLE,
                            WriteKeys.REGION,
                            WriteKeys.ENDPOINT,
                            WriteKeys.TYPE,
                            WriteKeys.DEFAULTS,
                            WriteKeys.REQUIRED,
                            WriteKeys.ALLOWED,
                            WriteKeys.GENERATED,
                            WriteKeys.REFRESHED,
                            WriteKeys.VERSION,
                            WriteKeys.PRECONDITION,
                            WriteKeys.IDEMPOTENCY,
                            WriteKeys.IDEMPOTENCY_ATTRIBUTE,
                            WriteKeys.IDEMPOTENCY_EXPIRES)),
            new Section(
                    "Write endpoint",
                    "Where requests to the write routes arrive.",
                    List.of(
                            EndpointKeys.HTTP_HOST,
                            EndpointKeys.HTTP_PORT,
                            EndpointKeys.HTTP_ALLOW_REMOTE,
                            EndpointKeys.HTTP_MAX_BODY_BYTES,
                            LimitKeys.MAX_OPEN_BYTES,
                            LimitKeys.MAX_REQUESTS,
                            LimitKeys.MAX_CONNECTIONS,
                            LimitKeys.MAX_HEADER_BYTES,
                            LimitKeys.REQUEST_TIMEOUT,
                            LimitKeys.MIN_BYTES_PER_SECOND,
                            LimitKeys.IDLE_TIMEOUT,
                            LimitKeys.RATE,
                            LimitKeys.BURST,
                            EndpointKeys.HTTP_BULK_MAX_REQUESTS,
                            EndpointKeys.HTTP_BULK_MAX_BYTES,
                            EndpointKeys.HTTP_BULK_MAX_TIME,
                            EndpointKeys.HTTP_BASE_PATH,
                            AccessKeys.HTTP_TOKENS,
                            AccessKeys.HTTP_TLS_CERTIFICATE,
                            AccessKeys.HTTP_TLS_KEY,
                            AccessKeys.HTTP_ALLOW_PLAIN_TEXT)),
            new Section(
                    "Admin endpoint",
                    "Health and metrics.",
                    List.of(EndpointKeys.ADMIN_HOST, EndpointKeys.ADMIN_PORT, EndpointKeys.ADMIN_ALLOW_REMOTE)),
            new Section(
                    "Local mode",
                    "DynamoDB Local inside the process, for trying things out and for tests. All tables are then there,"
                            + " so no region and no endpoint may be given. `<table>` is the name of a table.",
                    List.of(
                            LocalKeys.MODE,
                            LocalKeys.PORT,
                            LocalKeys.DIRECTORY,
                            LocalKeys.TABLE_KEY,
                            LocalKeys.TABLE_STREAM,
                            LocalKeys.TABLE_TTL)));

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
