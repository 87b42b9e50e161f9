package dev.tributary.http;

import dev.tributary.http.bulk.BulkLimits;
import dev.tributary.http.openapi.OpenApi;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.Resource;
import dev.tributary.items.ResourceSettings;
import dev.tributary.model.KeySchema;
import dev.tributary.model.TableLayout;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** A server with the resources of a test, and a client of it. Its clock is fixed at {@link #NOW}. */
final class ItemApi implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-01-31T12:00:00.250Z");

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final DynamoDbAsyncClient client;
    private final List<Resource> resources = new ArrayList<>();
    private final int maxBodyBytes;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Health health = new Health();
    private IdempotencyTable records;
    private Duration timeout = Duration.ofSeconds(10);
    private Optional<Path> tokens = Optional.empty();
    private BulkLimits bulk = GivenHttp.BULK;
    private WriteServer server;
    private ApiDescription description;

    ItemApi(DynamoDbAsyncClient client, int maxBodyBytes) {
        this.client = client;
        this.maxBodyBytes = maxBodyBytes;
    }

    /** Resources that are added later record requests with a key in this table. */
    ItemApi recording(IdempotencyTable table) {
        records = table;
        return this;
    }

    /** Sets the timeout of the resources that are added later. */
    ItemApi within(Duration time) {
        timeout = time;
        return this;
    }

    /** Sets the limits of bulk requests. */
    ItemApi limiting(BulkLimits limits) {
        bulk = limits;
        return this;
    }

    /** Requires tokens of this file. */
    ItemApi authenticating(Path file) {
        tokens = Optional.of(file);
        return this;
    }

    ItemApi resource(String name, GivenWrites given, KeySchema key) {
        return resource(name, given.settings(), key);
    }

    ItemApi resource(String name, ResourceSettings settings, KeySchema key) {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        resources.add(
                records == null
                        ? GivenResources.plain(name, settings, key, client, timeout, clock)
                        : new Resource(
                                name,
                                settings,
                                GivenResources.table(key, client),
                                timeout,
                                clock,
                                records,
                                Resource.Source.NONE));
        return this;
    }

    /** Adds a resource whose table is a source. */
    ItemApi source(String name, GivenWrites given, KeySchema key, Resource.Source source) {
        resources.add(new Resource(
                name,
                given.settings(),
                GivenResources.table(key, client),
                timeout,
                Clock.fixed(NOW, ZoneOffset.UTC),
                records,
                source));
        return this;
    }

    /** Adds a resource whose table is read as the layout says. */
    ItemApi resource(String name, GivenWrites given, TableLayout layout, boolean writable) {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        Resource.Table place = new Resource.Table(layout, client, client);
        resources.add(
                writable
                        ? new Resource(name, given.settings(), place, timeout, clock, records, Resource.Source.NONE)
                        : Resource.readOnly(name, given.settings(), place, timeout, clock));
        return this;
    }

    ItemApi start() {
        GivenHttp settings = new GivenHttp("127.0.0.1", 0, false, maxBodyBytes).with(bulk);
        server = WriteServer.start(
                tokens.map(settings::withTokens).orElse(settings).settings(),
                resources,
                health,
                meters,
                Duration.ofSeconds(5));
        description =
                new ApiDescription(OpenApi.of(resources, tokens.isPresent(), "").json());
        return this;
    }

    SimpleMeterRegistry meters() {
        return meters;
    }

    Health health() {
        return health;
    }

    URI uri() {
        return server.uri();
    }

    int port() {
        return server.port();
    }

    /** @param headers names and values in turn; a body is JSON unless they declare another type */
    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.uri() + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.setHeader("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
        description.assertDescribes(ApiDescription.Exchange.of(response, path, body));
        return response;
    }

    /** The server's OpenAPI description. Every reply to {@link #send} is validated against it. */
    ApiDescription description() {
        return description;
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** Runs the tasks, sixteen at a time. */
    static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
