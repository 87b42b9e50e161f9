package dev.tributary.daemon;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.daemon.tables.TtlAttributes;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.http.AdminServer;
import dev.tributary.http.WriteServer;
import dev.tributary.http.status.StatusPage;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.Resource;
import dev.tributary.items.ResourceSettings;
import dev.tributary.items.query.ReadSettings;
import dev.tributary.model.TableLayout;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Meters;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Composes and starts the HTTP servers: the admin server, and the write server where resources are configured. */
final class HttpServers {

    /** Longest write of an HTTP request, retries included. */
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration LONGEST_REQUEST = WRITE_TIMEOUT.plusSeconds(1);

    private final Settings settings;
    private final Health health;
    private final Meters meters;
    private final ShutdownStack started;

    /** Closes the write server; used by the thread that stops the process. */
    private @Nullable Thread closingWrites;

    HttpServers(Settings settings, Health health, Meters meters, ShutdownStack started) {
        this.settings = settings;
        this.health = health;
        this.meters = meters;
        this.started = started;
    }

    /** Starts the admin server; returns its address. */
    URI startAdmin(StatusPage page) {
        return started.push(AdminServer.start(settings.admin(), health, meters, page))
                .uri();
    }

    /**
     * Starts the write server and returns its address; empty if no resource is configured.
     *
     * @param closeTimeout longest wait for open requests when the server closes
     * @param sources wakes the readers of a source after writes to its table
     */
    Optional<URI> startWrites(CheckedTables tables, Clients clients, Duration closeTimeout, SourceWorkers sources) {
        if (settings.resource().isEmpty() && settings.read().isEmpty()) {
            return Optional.empty();
        }
        TtlAttributes ttl = new TtlAttributes(clients);
        List<Resource> resources = new ArrayList<>();
        settings.resource()
                .forEach(
                        (name, write) -> resources.add(resource(name, write, tables, clients, ttl, sources.of(write))));
        settings.read().forEach((name, read) -> resources.add(readOnly(name, read, tables, clients, ttl)));
        Duration drainTimeout = LONGEST_REQUEST.compareTo(closeTimeout) < 0 ? LONGEST_REQUEST : closeTimeout;
        WriteServer server = WriteServer.start(settings.http(), resources, health, meters.registry(), drainTimeout);
        started.push((AutoCloseable) () -> {
            sources.stopWaits();
            closeWrites(server);
        });
        return Optional.of(server.uri());
    }

    private Resource resource(
            String name,
            ResourceSettings write,
            CheckedTables tables,
            Clients clients,
            TtlAttributes ttl,
            Resource.Source source) {
        DynamoDbAsyncClient client = clients.requests(write);
        return new Resource(
                name,
                write,
                place(write, tables.resource(name), ttl.of("write." + name, write, write.ttl()), clients),
                WRITE_TIMEOUT,
                Clock.systemUTC(),
                new IdempotencyTable(client, OwnTable.IDEMPOTENCY.name(settings.application()), Clock.systemUTC()),
                source);
    }

    private static Resource readOnly(
            String name, ReadSettings read, CheckedTables tables, Clients clients, TtlAttributes ttl) {
        return Resource.readOnly(
                name,
                read.resource(),
                place(read, tables.read(name), ttl.of("read." + name, read, read.ttl()), clients),
                WRITE_TIMEOUT,
                Clock.systemUTC());
    }

    private static Resource.Table place(
            TableSettings table, DescribedTable described, Optional<String> ttl, Clients clients) {
        return new Resource.Table(
                new TableLayout(described.key(), described.indexes(), ttl),
                clients.requests(table),
                clients.pages(table));
    }

    /** Returns at once, so that the sources stop at the same time. */
    private void closeWrites(WriteServer server) {
        Thread thread = new Thread(server::close, "stop-http");
        closingWrites = thread;
        thread.start();
    }

    /** Waits until the write server is closed, if its closing has begun. */
    void awaitWritesClosed() throws InterruptedException {
        Thread closing = closingWrites;
        if (closing != null) {
            closing.join();
        }
    }
}
