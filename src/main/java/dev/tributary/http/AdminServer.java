package dev.tributary.http;

import dev.tributary.http.access.AdminAccess;
import dev.tributary.http.access.OriginCheck;
import dev.tributary.http.server.HttpLimits;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.http.server.Listener;
import dev.tributary.http.server.Refusals;
import dev.tributary.http.status.StatusEvents;
import dev.tributary.http.status.StatusPage;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Meters;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Serves health, for people and for machines, metrics and the status page. */
public final class AdminServer implements AutoCloseable {

    /** Replies are built from memory, so they take no longer. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    /** For a few scrapers, load balancers and pages. The handlers bound the bodies. */
    private static final HttpLimits LIMITS =
            new HttpLimits(0, 0, 16, 64, 8192, Duration.ofSeconds(10), 1024, Duration.ofSeconds(30));

    private final Listener listener;
    private final StatusEvents events;
    private final Optional<AdminAccess> operators;

    private AdminServer(Listener listener, StatusEvents events, Optional<AdminAccess> operators) {
        this.listener = listener;
        this.events = events;
        this.operators = operators;
    }

    /**
     * Starts a server, which listens when this returns.
     *
     * @param page what the status page shows
     * @throws HttpStartException if it cannot listen where the settings say
     */
    public static AdminServer start(AdminSettings settings, Health health, Meters meters, StatusPage page) {
        Optional<AdminAccess> operators = AdminAccess.of(settings.tokens(), health);
        Refusals refusals = new Refusals(meters.registry());
        Listener.Endpoint endpoint = new Listener.Endpoint(
                "admin",
                settings.host().name(),
                settings.port(),
                settings.allowRemote()
                        ? Optional.empty()
                        : Optional.of("nothing authenticates callers. Set 127.0.0.1, or admin.allow-remote=true if the"
                                + " network around it is guarded."),
                Optional.empty(),
                LIMITS,
                List.of(
                        settings.allowRemote()
                                ? OriginCheck.anyHost("admin")
                                : OriginCheck.onLoopback(
                                        "admin", settings.host().name())),
                refusals);
        StatusEvents events = new StatusEvents(page.source(), page.tablesPause());
        Listener listener = Listener.start(endpoint, STOP_TIMEOUT, registry -> {
            HealthHandler healthHandler = new HealthHandler(health);
            MetricsHandler metricsHandler = new MetricsHandler(meters, health);
            LivenessHandler livenessHandler = new LivenessHandler(health.liveness());
            ReadinessHandler readinessHandler = new ReadinessHandler(health);
            for (String method : List.of("GET", "HEAD")) {
                registry.add(method, "/health", healthHandler);
                registry.add(method, "/health/live", livenessHandler);
                registry.add(method, "/health/ready", readinessHandler);
                registry.add(method, "/metrics", metricsHandler);
            }
            page.addTo(registry, operators.map(access -> access.authorizing(registry, refusals)), events);
        });
        operators.ifPresent(AdminAccess::start);
        return new AdminServer(listener, events, operators);
    }

    /** Port the server listens on. */
    public int port() {
        return listener.port();
    }

    /** Address the server listens on. */
    public URI uri() {
        return listener.uri();
    }

    /** Stops the server. Idempotent. */
    @Override
    public void close() {
        operators.ifPresent(AdminAccess::close);
        events.close(); // the listener waits for replies in flight
        listener.close();
    }
}
