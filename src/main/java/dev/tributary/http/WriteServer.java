package dev.tributary.http;

import dev.tributary.http.access.WriteAccess;
import dev.tributary.http.bulk.BulkRequestLimiter;
import dev.tributary.http.items.IdempotencyMeters;
import dev.tributary.http.items.ItemPaths;
import dev.tributary.http.items.TableHealth;
import dev.tributary.http.items.WriteMeters;
import dev.tributary.http.log.EndedRequests;
import dev.tributary.http.openapi.OpenApi;
import dev.tributary.http.openapi.OpenApiEndpoint;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.http.server.Listener;
import dev.tributary.http.server.RequestBody;
import dev.tributary.items.DocumentMemoryBudget;
import dev.tributary.items.ReadLimiter;
import dev.tributary.items.Resource;
import dev.tributary.items.ResourceSettings;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.Logging;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Serves the items of the resources over HTTP. */
public final class WriteServer implements AutoCloseable {

    private static final String COMPONENT = "http";

    /** Paths without the braces and asterisks that the router reads as patterns. */
    private static final Pattern PLAIN_PATH = Pattern.compile(ResourceSettings.PATH_PATTERN);

    private final Listener listener;
    private final WriteAccess access;
    private final BulkRequestLimiter bulk;
    private final Health health;
    private final Optional<Logging.Async> accessLog;

    private WriteServer(
            Listener listener,
            WriteAccess access,
            BulkRequestLimiter bulk,
            Health health,
            Optional<Logging.Async> accessLog) {
        this.listener = listener;
        this.access = access;
        this.bulk = bulk;
        this.health = health;
        this.accessLog = accessLog;
    }

    /**
     * Starts a server, which listens when this returns.
     *
     * @param health receives the status of the server and of each resource's table
     * @param stopTimeout longest time that {@link #close()} waits for requests in flight
     * @throws HttpStartException if it cannot listen where the settings say, or a path is unusable
     */
    public static WriteServer start(
            HttpSettings settings,
            List<Resource> resources,
            Health health,
            MeterRegistry registry,
            Duration stopTimeout) {
        resources.forEach(WriteServer::checkPath);
        WriteMeters meters = new WriteMeters(registry);
        IdempotencyMeters keys = new IdempotencyMeters(registry);
        RequestBody body = new RequestBody(settings.limits().maxBodyBytes(), DocumentMemoryBudget.ofHeap());
        Set<String> paths = Stream.concat(
                        Stream.of(OpenApiEndpoint.PATH), resources.stream().map(Resource::path))
                .collect(Collectors.toUnmodifiableSet());
        String basePath = settings.basePath().orElse("");
        OpenApi description = OpenApi.of(resources, settings.access().authenticates(), basePath);
        WriteAccess access = WriteAccess.of(
                settings.access(),
                settings.limits(),
                resources.stream().map(Resource::name).collect(Collectors.toSet()),
                health,
                registry);
        BulkRequestLimiter bulk = new BulkRequestLimiter(settings.bulk(), access.rate(), System::nanoTime);
        ResourceEndpoints.SharedLimits limits =
                new ResourceEndpoints.SharedLimits(body, ReadLimiter.ofHeap(), ReadLimiter.ofPages(), bulk);
        Optional<Logging.Async> accessLog =
                settings.accessLog() ? Optional.of(Logging.async(EndedRequests.ACCESS_LOG)) : Optional.empty();
        EndedRequests ended = new EndedRequests(registry, settings.accessLog());
        Listener listener = Listener.start(access.endpoint(), stopTimeout, ended, router -> {
            // The router takes the first pattern that matches, so the longer paths come first.
            new OpenApiEndpoint(description).addTo(access.authorizing(Optional.empty(), router));
            resources.stream()
                    .sorted(Comparator.comparingInt(WriteServer::depth).reversed())
                    .forEach(resource -> new ResourceEndpoints(
                                    resource,
                                    new ItemPaths(resource, paths, basePath),
                                    limits,
                                    new ResourceEndpoints.Telemetry(meters, keys, new TableHealth(health, resource)))
                            .addTo(access.authorizing(
                                    Optional.of(resource.name()), ofResource(resource.name(), router))));
        });
        access.start();
        health.report(COMPONENT, Status.UP, "listening on " + listener.uri());
        return new WriteServer(listener, access, bulk, health, accessLog);
    }

    /** A registry whose handlers' requests belong to a resource. */
    private static HandlerRegistry ofResource(String resource, HandlerRegistry registry) {
        return (method, pattern, handler) -> registry.add(method, pattern, exchange -> {
            EndedRequests.belongs(exchange.request(), resource);
            handler.handle(exchange);
        });
    }

    private static int depth(Resource resource) {
        return resource.path().equals("/") ? 0 : resource.path().split("/", -1).length;
    }

    private static void checkPath(Resource resource) {
        if (!PLAIN_PATH.matcher(resource.path()).matches()) {
            throw new HttpStartException(
                    "%s.%s.path = %s: expected / or segments such as /users, of letters, digits and . _ ~ -, none of them . or ..."
                            .formatted(resource.isWritable() ? "write" : "read", resource.name(), resource.path()));
        }
    }

    /** Port the server listens on. */
    public int port() {
        return listener.port();
    }

    /** Address the server listens on. */
    public URI uri() {
        return listener.uri();
    }

    /** Refuses further requests, waits for those in flight, then stops. Idempotent. */
    @Override
    public void close() {
        health.report(COMPONENT, Status.DOWN, "stopped");
        bulk.stop();
        access.close();
        listener.close();
        accessLog.ifPresent(Logging.Async::close);
    }
}
