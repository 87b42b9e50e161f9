package dev.tributary.config;

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
        Map<String, SourceSettings> source,
        Map<String, WriteSettings> write)
        implements Settings {

    record Aws(Optional<String> region, Optional<URI> endpoint) implements AwsSettings {}

    record Log(Format format, Level level) implements LogSettings {}

    record Http(String host, int port, boolean allowRemote, int maxBodyBytes) implements HttpSettings {}

    record Admin(String host, int port, boolean allowRemote) implements AdminSettings {}

    record Lease(Duration duration) implements LeaseSettings {}

    record Local(Mode mode, int port, Path directory, Map<String, LocalTable> table) implements LocalSettings {}

    record Table(KeySchema key, boolean stream) implements LocalSettings.LocalTable {}

    record Source(
            String table,
            Optional<String> region,
            Optional<URI> endpoint,
            Duration pollInterval,
            Duration checkpointInterval,
            int maxInFlight,
            Map<String, RouteSettings> route)
            implements SourceSettings {}

    record Route(
            String table,
            Optional<String> region,
            Optional<URI> endpoint,
            Optional<Set<String>> include,
            Optional<Set<String>> exclude,
            DeletePolicy deletes,
            MissingKeyPolicy missingKey)
            implements RouteSettings {}

    record Write(
            String table,
            Optional<String> region,
            Optional<URI> endpoint,
            String path,
            Map<String, AttributeType> type,
            Map<String, String> defaults)
            implements WriteSettings {}

    static Settings of(Values values) {
        return new BoundSettings(
                values.get(Keys.APPLICATION),
                values.find(Keys.WORKER_ID),
                new Aws(values.find(Keys.AWS_REGION), values.find(Keys.AWS_ENDPOINT)),
                new Log(values.get(Keys.LOG_FORMAT), values.get(Keys.LOG_LEVEL)),
                new Http(
                        values.get(Keys.HTTP_HOST),
                        values.get(Keys.HTTP_PORT),
                        values.get(Keys.HTTP_ALLOW_REMOTE),
                        values.get(Keys.HTTP_MAX_BODY_BYTES)),
                new Admin(
                        values.get(Keys.ADMIN_HOST), values.get(Keys.ADMIN_PORT), values.get(Keys.ADMIN_ALLOW_REMOTE)),
                new Lease(values.get(Keys.LEASE_DURATION)),
                local(values),
                values.get(Keys.SHUTDOWN_TIMEOUT),
                Values.byName(values.names(Keys.SOURCE_TABLE), name -> source(values, name)),
                Values.byName(values.names(Keys.WRITE_TABLE), name -> write(values, name)));
    }

    private static LocalSettings local(Values values) {
        return new Local(
                values.get(Keys.LOCAL_MODE),
                values.get(Keys.LOCAL_PORT),
                values.get(Keys.LOCAL_DIRECTORY),
                Values.byName(
                        values.names(Keys.LOCAL_TABLE_KEY),
                        table -> new Table(
                                values.get(Keys.LOCAL_TABLE_KEY, table), values.get(Keys.LOCAL_TABLE_STREAM, table))));
    }

    private static SourceSettings source(Values values, String name) {
        return new Source(
                values.get(Keys.SOURCE_TABLE, name),
                values.find(Keys.SOURCE_REGION, name),
                values.find(Keys.SOURCE_ENDPOINT, name),
                values.get(Keys.SOURCE_POLL_INTERVAL, name),
                values.get(Keys.SOURCE_CHECKPOINT_INTERVAL, name),
                values.get(Keys.SOURCE_MAX_IN_FLIGHT, name),
                Values.byName(values.names(Keys.ROUTE_TABLE, name), route -> route(values, name, route)));
    }

    private static RouteSettings route(Values values, String source, String name) {
        return new Route(
                values.get(Keys.ROUTE_TABLE, source, name),
                values.find(Keys.ROUTE_REGION, source, name),
                values.find(Keys.ROUTE_ENDPOINT, source, name),
                values.find(Keys.ROUTE_INCLUDE, source, name),
                values.find(Keys.ROUTE_EXCLUDE, source, name),
                values.get(Keys.ROUTE_DELETES, source, name),
                values.get(Keys.ROUTE_MISSING_KEY, source, name));
    }

    private static WriteSettings write(Values values, String name) {
        return new Write(
                values.get(Keys.WRITE_TABLE, name),
                values.find(Keys.WRITE_REGION, name),
                values.find(Keys.WRITE_ENDPOINT, name),
                values.get(Keys.WRITE_PATH, name),
                values.all(Keys.WRITE_TYPE, name),
                values.all(Keys.WRITE_DEFAULTS, name));
    }
}
