package dev.tributary.http;

import dev.tributary.config.HttpLimits;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.util.JavalinException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
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
final class Listener implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    /** Beside one for each request under way: those that accept, select and refuse. */
    private static final int OTHER_THREADS = 16;

    private static final int MIN_THREADS = 4;

    /** How long a connection without a request may hold up the end. */
    private static final Duration IDLE_AT_STOP = Duration.ofMillis(200);

    /** How long a connection may be idle while others wait to be accepted. */
    private static final Duration IDLE_AT_LIMIT = Duration.ofSeconds(1);

    private final Javalin javalin;
    private final String name;
    private final String host;
    private final boolean tls;

    private Listener(Javalin javalin, String name, String host, boolean tls) {
        this.javalin = javalin;
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
    record Endpoint(
            String name,
            String host,
            int port,
            Optional<String> exposure,
            Optional<Tls> tls,
            HttpLimits limits,
            List<Handler.Wrapper> guards) {}

    /** @param stopTimeout longest time that {@link #close()} waits for requests */
    static Listener start(Endpoint endpoint, Duration stopTimeout, Consumer<RoutesConfig> routes) {
        String name = endpoint.name();
        String host = endpoint.host();
        checkExposure(endpoint);
        SecurityHeaders headers = new SecurityHeaders(endpoint.tls().isPresent());
        SlowHeaders slowHeaders = new SlowHeaders(endpoint.limits().requestTimeout(), System::nanoTime);
        Javalin javalin = Javalin.create(config -> {
            quiet(config);
            config.http.prefer405over404 = true;
            config.http.asyncTimeout = 0; // each write has a deadline of its own
            QueuedThreadPool threads =
                    new QueuedThreadPool(endpoint.limits().maxRequests() + OTHER_THREADS, MIN_THREADS);
            threads.setName(name);
            config.jetty.threadPool = threads;
            config.jetty.addConnector((server, http) -> {
                http.addCustomizer(headers);
                ServerConnector connector = listen(endpoint, server, http);
                connector.addBean(slowHeaders);
                return connector;
            });
            config.jetty.modifyServer(server -> {
                for (int i = endpoint.guards().size() - 1; i >= 0; i--) {
                    server.insertHandler(endpoint.guards().get(i));
                }
                server.insertHandler(new SlowBodies(endpoint.limits(), System::nanoTime));
                server.insertHandler(slowHeaders);
                server.insertHandler(new GracefulHandler());
                server.setStopTimeout(stopTimeout.toMillis());
                server.setErrorHandler(new JettyErrors(headers));
            });
            config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(new JettyErrors(headers)));
            config.router.javaLangErrorHandler(Listener::fatal);
            errors(config.routes);
            routes.accept(config.routes);
        });
        try {
            javalin.start();
            slowHeaders.start(javalin.jettyServer().server().getScheduler());
        } catch (JavalinException e) {
            throw new HttpStartException("%s: the server did not start: %s".formatted(name, e.getMessage()), e);
        }
        return new Listener(javalin, name, host, endpoint.tls().isPresent());
    }

    private static void quiet(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
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
    private static ServerConnector listen(Endpoint endpoint, Server server, HttpConfiguration configuration) {
        String name = endpoint.name();
        String host = endpoint.host();
        int port = endpoint.port();
        configuration.setRequestHeaderSize(endpoint.limits().maxHeaderBytes());
        configuration.addCustomizer(new TrueMethod());
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

    private static void errors(RoutesConfig routes) {
        routes.exception(ProblemException.class, (e, context) -> e.document().send(context));
        routes.exception(MethodNotAllowedResponse.class, (e, context) -> {
            String allowed = e.getDetails().getOrDefault("availableMethods", "");
            ProblemDocument.of(
                            ProblemType.METHOD_NOT_ALLOWED,
                            "%s takes %s, not %s."
                                    .formatted(
                                            context.path(),
                                            allowed,
                                            context.req().getMethod()))
                    .with("Allow", allowed)
                    .send(context);
        });
        routes.exception(HttpResponseException.class, Listener::refused);
        routes.exception(Exception.class, Listener::failed);
    }

    private static void refused(HttpResponseException e, Context context) {
        ProblemType type = ProblemType.ofStatus(e.getStatus());
        String detail = type == ProblemType.UNKNOWN_PATH ? "Nothing is at " + context.path() + "." : type.title() + ".";
        new ProblemDocument(type, e.getStatus(), detail, List.of(), Map.of()).send(context);
    }

    private static void failed(Exception e, Context context) {
        if (e instanceof IllegalArgumentException && context.endpoints().list().isEmpty()) {
            // no handler of ours was asked: the router could not decode the path
            ProblemDocument.of(ProblemType.BAD_REQUEST, "The path is not percent-encoded UTF-8.")
                    .send(context);
            return;
        }
        log.error("{} {} failed", context.req().getMethod(), context.endpoint().path, e);
        ProblemDocument.of(ProblemType.INTERNAL_ERROR, "The log of the server has the cause.")
                .send(context);
    }

    private static void fatal(HttpServletResponse response, Error error) {
        log.error("a request failed", error);
        response.setStatus(ProblemType.INTERNAL_ERROR.status());
    }

    int port() {
        return javalin.port();
    }

    URI uri() {
        return URI.create(
                "%s://%s:%d".formatted(tls ? "https" : "http", host.contains(":") ? "[" + host + "]" : host, port()));
    }

    /** Takes no more requests, waits for those that it has, then ends. May be called again. */
    @Override
    public void close() {
        try {
            javalin.jettyServer().server().stop(); // Javalin's own stop logs a stack trace for a slow request
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.warn("{}: stopped before every request had its answer ({})", name, e.toString());
        }
    }
}
