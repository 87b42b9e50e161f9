package dev.tributary.http.server;

import dev.tributary.http.file.Tls;
import dev.tributary.http.log.RequestIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP server on one address: every error is a problem document, and stopping waits for requests in flight. */
public final class Listener implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    /** Threads besides one for each open request: those that accept, select and refuse. */
    private static final int OTHER_THREADS = 16;

    private static final int MIN_THREADS = 4;

    /** Idle timeout of connections while the server stops. */
    private static final Duration IDLE_AT_STOP = Duration.ofMillis(200);

    /** Part of the stop timeout that is left to reply to requests whose writes have not ended. */
    private static final Duration TO_ANSWER_AT_STOP = Duration.ofMillis(500);

    /**
     * Idle timeout of open connections while others wait to be accepted. Jetty applies it to those that are registered when
     * the limit is reached. {@link HeaderDeadline} closes those of the last moments that send no request.
     */
    private static final Duration IDLE_AT_LIMIT = Duration.ofSeconds(1);

    /** {@link PathPattern} matches paths as they were sent: keys may hold segments that Jetty calls ambiguous. */
    private static final UriCompliance PATHS_AS_SENT = UriCompliance.RFC3986.with(
            "PATHS_AS_SENT", Violation.AMBIGUOUS_EMPTY_SEGMENT, Violation.AMBIGUOUS_PATH_ENCODING);

    private final Server server;
    private final ServerConnector connector;
    private final Router router;
    private final String name;
    private final String host;
    private final boolean tls;

    private Listener(Server server, ServerConnector connector, Router router, String name, String host, boolean tls) {
        this.server = server;
        this.connector = connector;
        this.router = router;
        this.name = name;
        this.host = host;
        this.tls = tls;
    }

    /**
     * The settings of a listener.
     *
     * @param name prefix of its settings, such as {@code http}
     * @param exposure why other machines must not reach it and what to do about that; empty if they may
     * @param tls empty for plain HTTP
     * @param limits of connections, headers and time; a check enforces those of requests
     * @param checks of each request, in the order they are made
     * @param refusals counts the requests that a check refuses
     */
    public record Endpoint(
            String name,
            String host,
            int port,
            Optional<String> exposure,
            Optional<Tls> tls,
            HttpLimits limits,
            List<RequestCheck> checks,
            Refusals refusals) {}

    /**
     * Starts a server with the handlers that {@code handlers} registers.
     *
     * @param stopTimeout longest time that {@link #close()} waits for requests
     * @throws HttpStartException if it cannot listen at this address
     */
    public static Listener start(Endpoint endpoint, Duration stopTimeout, Consumer<HandlerRegistry> handlers) {
        return start(endpoint, stopTimeout, (request, response) -> {}, handlers);
    }

    /**
     * The same with a log.
     *
     * @param ended receives each request when it has ended, on any thread
     */
    public static Listener start(
            Endpoint endpoint, Duration stopTimeout, RequestLog ended, Consumer<HandlerRegistry> handlers) {
        String name = endpoint.name();
        String host = endpoint.host();
        checkExposure(endpoint);
        SecurityHeaders headers = new SecurityHeaders(endpoint.tls().isPresent());
        HeaderDeadline headerDeadline = new HeaderDeadline(endpoint.limits().requestTimeout(), System::nanoTime);
        QueuedThreadPool threads = new QueuedThreadPool(endpoint.limits().maxRequests() + OTHER_THREADS, MIN_THREADS);
        threads.setName(name);
        Server server = new Server(threads);
        server.setStopTimeout(stopTimeout.toMillis());
        server.setRequestLog(ended);
        server.setErrorHandler(new JettyErrors(headers));
        Router router = new Router(ReplyMemoryBudget.ofHeap());
        handlers.accept(router);
        server.setHandler(inFrontOf(router, endpoint, headerDeadline));
        ServerConnector connector = listen(endpoint, server, headers);
        connector.addBean(headerDeadline);
        server.addConnector(connector);
        try {
            server.start();
        } catch (Exception e) { // declared so by Jetty
            connector.close();
            throw new HttpStartException("%s: the server did not start: %s".formatted(name, e.getMessage()), e);
        }
        headerDeadline.start(server.getScheduler());
        return new Listener(
                server, connector, router, name, host, endpoint.tls().isPresent());
    }

    /** The chain of handlers in front of the router, the outermost first. */
    private static Handler inFrontOf(Router router, Endpoint endpoint, HeaderDeadline headerDeadline) {
        List<Handler.Wrapper> wrappers = List.of(
                new GracefulHandler(),
                headerDeadline,
                new BodyDeadline(endpoint.limits(), System::nanoTime),
                new ReplyDeadline(endpoint.limits()),
                new RequestCheckHandler(endpoint.checks(), endpoint.refusals()));
        Handler handler = router;
        for (int i = wrappers.size() - 1; i >= 0; i--) {
            wrappers.get(i).setHandler(handler);
            handler = wrappers.get(i);
        }
        return handler;
    }

    private static boolean isLoopback(Endpoint endpoint) {
        try {
            return InetAddress.getByName(endpoint.host()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new HttpStartException(
                    "%s.host = %s: no such host. Set an address of this machine."
                            .formatted(endpoint.name(), endpoint.host()),
                    e);
        }
    }

    private static void checkExposure(Endpoint endpoint) {
        if (endpoint.exposure().isPresent() && !isLoopback(endpoint)) {
            throw new HttpStartException("%s.host = %s: other machines could reach it, and %s"
                    .formatted(
                            endpoint.name(),
                            endpoint.host(),
                            endpoint.exposure().get()));
        }
    }

    /** Opens the connector itself, because Jetty logs an error when it cannot listen. */
    private static ServerConnector listen(Endpoint endpoint, Server server, SecurityHeaders headers) {
        String name = endpoint.name();
        String host = endpoint.host();
        int port = endpoint.port();
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setUriCompliance(PATHS_AS_SENT);
        configuration.setSendServerVersion(false);
        configuration.addCustomizer(headers);
        configuration.addCustomizer(new RequestIdentity.Customizer());
        configuration.setRequestHeaderSize(endpoint.limits().maxHeaderBytes());
        HttpConnectionFactory http = new HttpConnectionFactory(configuration);
        ServerConnector connector = endpoint.tls()
                .map(tls -> {
                    // Without a check of the host name: it is used for nothing here.
                    configuration.addCustomizer(new SecureRequestCustomizer(false));
                    return new ServerConnector(
                            server, 1, 1, new SslConnectionFactory(tls.context(), http.getProtocol()), http);
                })
                .orElseGet(() -> new ServerConnector(server, 1, 1, http));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(endpoint.limits().idleTimeout().toMillis());
        NetworkConnectionLimit connections =
                new NetworkConnectionLimit(endpoint.limits().maxConnections(), connector);
        connections.setEndPointIdleTimeout(IDLE_AT_LIMIT.toMillis());
        connector.addBean(connections);
        connector.setShutdownIdleTimeout(IDLE_AT_STOP.toMillis());
        try {
            connector.open();
        } catch (IOException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new HttpStartException(
                    "%s.port = %d: cannot listen on %s:%d (%s). Stop what uses that port, or set another; 0 takes a free one."
                            .formatted(name, port, host, port, reason.getMessage()),
                    e);
        }
        return connector;
    }

    public int port() {
        return connector.getLocalPort();
    }

    public URI uri() {
        return URI.create(
                "%s://%s:%d".formatted(tls ? "https" : "http", host.contains(":") ? "[" + host + "]" : host, port()));
    }

    /** Refuses further requests, waits for those in flight, then stops. Idempotent. */
    @Override
    public void close() {
        if (server.isStopped()) {
            return;
        }
        try {
            Duration patience = Duration.ofMillis(server.getStopTimeout());
            Duration toAnswer =
                    patience.dividedBy(4).compareTo(TO_ANSWER_AT_STOP) < 0 ? patience.dividedBy(4) : TO_ANSWER_AT_STOP;
            server.getScheduler()
                    .schedule(router::giveUp, patience.minus(toAnswer).toMillis(), TimeUnit.MILLISECONDS);
            server.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.warn("{}: stopped before every request had its reply ({})", name, e.toString());
        }
    }
}
