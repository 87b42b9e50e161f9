package dev.tributary.http.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
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
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both servers share: one address, quiet, every error a problem document, and an end that waits for requests. */
public final class Listener implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    /** Beside one for each request under way: those that accept, select and refuse. */
    private static final int OTHER_THREADS = 16;

    private static final int MIN_THREADS = 4;

    /** How long a connection without a request may hold up the end. */
    private static final Duration IDLE_AT_STOP = Duration.ofMillis(200);

    /** Of the time to stop, what is left to answer those whose answer has not come by then. */
    private static final Duration TO_ANSWER_AT_STOP = Duration.ofMillis(500);

    /** How long a connection may be idle while others wait to be accepted. */
    private static final Duration IDLE_AT_LIMIT = Duration.ofSeconds(1);

    /** Paths are matched and decoded by ourselves, from what was sent: keys may hold what Jetty takes for ambiguous. */
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
     * Where to listen.
     *
     * @param name of the settings it was configured by, such as {@code http}
     * @param exposure whether other machines may reach it; without a text if they may, or why not and what to do
     * @param tls absent: plain HTTP
     * @param limits of connections, headers and time; those of requests are a guard's
     * @param guards what a request passes before the routes, in order
     */
    public record Endpoint(
            String name,
            String host,
            int port,
            Optional<String> exposure,
            Optional<Tls> tls,
            HttpLimits limits,
            List<Handler.Wrapper> guards) {}

    /**
     * Listens, with the handlers that {@code routes} registers.
     *
     * @param stopTimeout longest time that {@link #close()} waits for requests
     * @throws HttpStartException if it cannot listen at this address
     */
    public static Listener start(Endpoint endpoint, Duration stopTimeout, Consumer<HandlerRegistry> routes) {
        String name = endpoint.name();
        String host = endpoint.host();
        checkExposure(endpoint);
        SecurityHeaders headers = new SecurityHeaders(endpoint.tls().isPresent());
        HeaderDeadline slowHeaders = new HeaderDeadline(endpoint.limits().requestTimeout(), System::nanoTime);
        QueuedThreadPool threads = new QueuedThreadPool(endpoint.limits().maxRequests() + OTHER_THREADS, MIN_THREADS);
        threads.setName(name);
        Server server = new Server(threads);
        server.setStopTimeout(stopTimeout.toMillis());
        server.setErrorHandler(new JettyErrors(headers));
        Router router = new Router(ReplyMemoryBudget.ofHeap());
        routes.accept(router);
        server.setHandler(inFrontOf(router, endpoint, slowHeaders));
        ServerConnector connector = listen(endpoint, server, headers);
        connector.addBean(slowHeaders);
        server.addConnector(connector);
        try {
            server.start();
        } catch (Exception e) { // declared so by Jetty
            connector.close();
            throw new HttpStartException("%s: the server did not start: %s".formatted(name, e.getMessage()), e);
        }
        slowHeaders.start(server.getScheduler());
        return new Listener(
                server, connector, router, name, host, endpoint.tls().isPresent());
    }

    /** What a request passes before it is routed, the first outermost. */
    private static Handler inFrontOf(Router router, Endpoint endpoint, HeaderDeadline slowHeaders) {
        List<Handler.Wrapper> wrappers = new ArrayList<>(
                List.of(new GracefulHandler(), slowHeaders, new BodyDeadline(endpoint.limits(), System::nanoTime)));
        wrappers.addAll(endpoint.guards());
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

    /** Opened here and not by Jetty, whose own failure to listen comes with an error in the log. */
    private static ServerConnector listen(Endpoint endpoint, Server server, SecurityHeaders headers) {
        String name = endpoint.name();
        String host = endpoint.host();
        int port = endpoint.port();
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setUriCompliance(PATHS_AS_SENT);
        configuration.setSendServerVersion(false);
        configuration.addCustomizer(headers);
        configuration.setRequestHeaderSize(endpoint.limits().maxHeaderBytes());
        HttpConnectionFactory http = new HttpConnectionFactory(configuration);
        ServerConnector connector = endpoint.tls()
                .map(tls -> {
                    // Callers may name the server as they reach it; the name is not used for anything here.
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

    /** Takes no more requests, waits for those that it has, then ends. May be called again. */
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
            log.warn("{}: stopped before every request had its answer ({})", name, e.toString());
        }
    }
}
