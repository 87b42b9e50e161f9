package dev.tributary.config;

import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings as records, made from values in which nothing was refused. All maps are immutable, in name order. */
record BoundSettings(
        String application,
        Optional<String> workerId,
        AwsSettings aws,
        LogSettings log,
        HttpSettings http,
        AdminSettings admin,
        LeaseSettings lease,
        LocalSettings local,
        Duration shutdownTimeout,
        Duration lateWriteHorizon,
        Map<String, SourceSettings> source,
        Map<String, WriteSettings> write)
        implements Settings {

    record Aws(Optional<String> region, Optional<URI> endpoint) implements AwsSettings {}

    record Log(Format format, Level level) implements LogSettings {}

    record Http(
            String host,
            int port,
            boolean allowRemote,
            int maxBodyBytes,
            BulkLimits bulk,
            Optional<String> basePath,
            Optional<Path> tokens,
            Optional<TlsFiles> tls,
            boolean allowPlainText,
            HttpLimits limits)
            implements HttpSettings {}

    record Admin(String host, int port, boolean allowRemote) implements AdminSettings {}

    record Lease(Duration duration) implements LeaseSettings {}

    record Local(Mode mode, int port, Path directory, Map<String, LocalTable> table) implements LocalSettings {}

    record Table(KeySchema key, boolean stream, Optional<String> ttl) implements LocalSettings.LocalTable {}

    record Source(
            String table,
            Optional<String> region,
            Optional<URI> endpoint,
            Optional<String> identity,
            Duration pollInterval,
            Duration checkpointInterval,
            int maxInFlight,
            int maxInFlightBytes,
            GapPolicy gaps,
            Map<String, RouteSettings> route)
            implements SourceSettings {}

    record Route(
            String table,
            Optional<String> region,
            Optional<URI> endpoint,
            Optional<Set<String>> include,
            Optional<Set<String>> exclude,
            Map<String, KeyTemplate> key,
            DeletePolicy deletes,
            MissingKeyPolicy missingKey,
            CollisionPolicy collisions,
            Duration tombstoneTtl,
            Optional<String> tombstoneAttribute,
            int batchSize)
            implements RouteSettings {}

    record Write(
            String table,
            Optional<String> region,
            Optional<URI> endpoint,
            String path,
            Map<String, AttributeType> type,
            Map<String, String> defaults,
            Set<String> required,
            Optional<Set<String>> allowed,
            Map<String, GeneratedValue> generated,
            Map<String, GeneratedValue> refreshed,
            Optional<String> version,
            PreconditionPolicy precondition,
            IdempotencySettings idempotency)
            implements WriteSettings {}

    static Settings of(Values values) {
        return new BoundSettings(
                values.get(Keys.APPLICATION),
                values.find(Keys.WORKER_ID),
                new Aws(values.find(Keys.AWS_REGION), values.find(Keys.AWS_ENDPOINT)),
                new Log(values.get(Keys.LOG_FORMAT), values.get(Keys.LOG_LEVEL)),
                new Http(
                        values.get(EndpointKeys.HTTP_HOST),
                        values.get(EndpointKeys.HTTP_PORT),
                        values.get(EndpointKeys.HTTP_ALLOW_REMOTE),
                        values.get(EndpointKeys.HTTP_MAX_BODY_BYTES),
                        new BulkLimits(
                                values.get(EndpointKeys.HTTP_BULK_MAX_REQUESTS),
                                values.get(EndpointKeys.HTTP_BULK_MAX_BYTES),
                                values.get(EndpointKeys.HTTP_BULK_MAX_TIME)),
                        values.find(EndpointKeys.HTTP_BASE_PATH),
                        values.find(AccessKeys.HTTP_TOKENS),
                        values.find(AccessKeys.HTTP_TLS_CERTIFICATE)
                                .flatMap(certificate -> values.find(AccessKeys.HTTP_TLS_KEY)
                                        .map(key -> new TlsFiles(certificate, key))),
                        values.get(AccessKeys.HTTP_ALLOW_PLAIN_TEXT),
                        LimitKeys.bound(values)),
                new Admin(
                        values.get(EndpointKeys.ADMIN_HOST),
                        values.get(EndpointKeys.ADMIN_PORT),
                        values.get(EndpointKeys.ADMIN_ALLOW_REMOTE)),
                new Lease(values.get(Keys.LEASE_DURATION)),
                local(values),
                values.get(Keys.SHUTDOWN_TIMEOUT),
                values.get(Keys.LATE_WRITE_HORIZON),
                Values.byName(values.names(SourceKeys.TABLE), name -> source(values, name)),
                Values.byName(values.names(WriteKeys.TABLE), name -> write(values, name)));
    }

    private static LocalSettings local(Values values) {
        return new Local(
                values.get(LocalKeys.MODE),
                values.get(LocalKeys.PORT),
                values.get(LocalKeys.DIRECTORY),
                Values.byName(
                        values.names(LocalKeys.TABLE_KEY),
                        table -> new Table(
                                values.get(LocalKeys.TABLE_KEY, table),
                                values.get(LocalKeys.TABLE_STREAM, table),
                                values.find(LocalKeys.TABLE_TTL, table))));
    }

    private static SourceSettings source(Values values, String name) {
        return new Source(
                values.get(SourceKeys.TABLE, name),
                values.find(SourceKeys.REGION, name),
                values.find(SourceKeys.ENDPOINT, name),
                values.find(SourceKeys.IDENTITY, name),
                values.get(SourceKeys.POLL_INTERVAL, name),
                values.get(SourceKeys.CHECKPOINT_INTERVAL, name),
                values.get(SourceKeys.MAX_IN_FLIGHT, name),
                values.get(SourceKeys.MAX_IN_FLIGHT_BYTES, name),
                values.get(SourceKeys.GAPS, name),
                Values.byName(values.names(RouteKeys.TABLE, name), route -> route(values, name, route)));
    }

    private static RouteSettings route(Values values, String source, String name) {
        return new Route(
                values.get(RouteKeys.TABLE, source, name),
                values.find(RouteKeys.REGION, source, name),
                values.find(RouteKeys.ENDPOINT, source, name),
                values.find(RouteKeys.INCLUDE, source, name),
                values.find(RouteKeys.EXCLUDE, source, name),
                values.all(RouteKeys.KEY, source, name),
                values.get(RouteKeys.DELETES, source, name),
                values.get(RouteKeys.MISSING_KEY, source, name),
                values.get(RouteKeys.COLLISIONS, source, name),
                values.get(RouteKeys.TOMBSTONE_TTL, source, name),
                values.find(RouteKeys.TOMBSTONE_ATTRIBUTE, source, name),
                values.get(RouteKeys.BATCH_SIZE, source, name));
    }

    private static WriteSettings write(Values values, String name) {
        return new Write(
                values.get(WriteKeys.TABLE, name),
                values.find(WriteKeys.REGION, name),
                values.find(WriteKeys.ENDPOINT, name),
                values.get(WriteKeys.PATH, name),
                values.all(WriteKeys.TYPE, name),
                values.all(WriteKeys.DEFAULTS, name),
                values.find(WriteKeys.REQUIRED, name).orElse(Set.of()),
                values.find(WriteKeys.ALLOWED, name),
                values.all(WriteKeys.GENERATED, name),
                values.all(WriteKeys.REFRESHED, name),
                values.find(WriteKeys.VERSION, name),
                values.get(WriteKeys.PRECONDITION, name),
                new IdempotencySettings(
                        values.get(WriteKeys.IDEMPOTENCY, name),
                        values.find(WriteKeys.IDEMPOTENCY_ATTRIBUTE, name),
                        values.get(WriteKeys.IDEMPOTENCY_EXPIRES, name)));
    }
}
