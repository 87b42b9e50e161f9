package dev.tributary.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ListTablesRequest;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * The request handler of DynamoDB Local behind our own Jetty connector. DynamoDB Local's server class always listens on
 * every interface, and only its runner and its embedded factory start its telemetry; none of these is used here.
 */
final class EmbeddedServer implements AutoCloseable {

    private static final String HOST = "127.0.0.1";

    /** Longer than the SDK's HTTP clients keep a connection, so that they never write to a closed one. */
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

    static {
        // It logs to Log4j, whose set-up takes half a second. Its log is not needed: errors arrive as responses.
        System.getProperties()
                .putIfAbsent(
                        "log4j2.loggerContextFactory", "org.apache.logging.log4j.simple.SimpleLoggerContextFactory");
        System.getProperties().putIfAbsent("org.apache.logging.log4j.simplelog.level", "OFF");
    }

    private final Server server;
    private final ServerConnector connector;
    private final LocalDynamoDBRequestHandler requests;
    private final LocalDynamoDBServerHandler handler;

    private EmbeddedServer(@Nullable Path directory, boolean shared) {
        requests = new LocalDynamoDBRequestHandler(
                0, directory == null, directory == null ? null : directory.toString(), shared, false);
        handler = new LocalDynamoDBServerHandler(requests, null);
        QueuedThreadPool threads = new QueuedThreadPool(32, 4);
        threads.setName("dynamodb-local");
        threads.setDaemon(true);
        server = new Server(threads);
        connector = new ServerConnector(server, 1, 1);
        connector.setHost(HOST);
        connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        server.addConnector(connector);
        server.setHandler(handler);
    }

    /**
     * @param directory of the database; null keeps it in memory
     * @param shared whether all access keys and regions share one database
     */
    static EmbeddedServer start(int port, @Nullable Path directory, boolean shared) {
        EmbeddedServer embedded = new EmbeddedServer(directory, shared);
        try {
            embedded.listen(port);
            if (shared) {
                embedded.openDatabase(directory);
            }
            embedded.serve();
            return embedded;
        } catch (RuntimeException | LinkageError e) {
            embedded.close();
            throw e;
        }
    }

    URI endpoint() {
        return URI.create("http://%s:%d".formatted(HOST, connector.getLocalPort()));
    }

    LocalDynamoDBRequestHandler requests() {
        return requests;
    }

    private void listen(int port) {
        connector.setPort(port);
        try {
            connector.open();
        } catch (IOException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new LocalException(
                    "local.port = %d: cannot listen on %s:%d (%s). Stop what uses that port, or set another; 0 takes a free one."
                            .formatted(port, HOST, port, reason.getMessage()),
                    e);
        }
    }

    private void serve() {
        try {
            server.start();
        } catch (Exception e) {
            throw new LocalException("DynamoDB Local did not start: " + e.getMessage(), e);
        }
    }

    /** The handler opens its database at the first request. That request is made here, so that a failure is explained. */
    private void openDatabase(@Nullable Path directory) {
        try {
            requests.listTables(
                    "local", "us-east-1", ListTablesRequest.builder().build());
        } catch (ExceptionInInitializerError e) {
            throw new LocalException(
                    ("local.mode: DynamoDB Local has no native SQLite library that loads on this platform (%s, %s): %s."
                                    + " It includes one for Linux, macOS and Windows on x86_64, and for Linux and macOS on"
                                    + " aarch64, and unpacks it to java.io.tmpdir, which must allow execution."
                                    + " Set local.mode=off and aws.endpoint to a DynamoDB Local elsewhere.")
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), rootMessage(e)),
                    e);
        } catch (RuntimeException e) {
            String where = directory == null
                    ? "local.mode = memory: cannot open the database"
                    : "local.directory = %s: cannot open the database in it".formatted(directory);
            throw new LocalException("%s (%s).".formatted(where, rootMessage(e)), e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** Closes the server, then the database. Every acknowledged write is committed. */
    @Override
    public void close() {
        LifeCycle.stop(server);
        connector.close(); // open even if the server never started
        handler.close();
    }
}
