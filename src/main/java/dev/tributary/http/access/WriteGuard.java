package dev.tributary.http.access;

import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.HttpLimits;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.http.server.Listener;
import dev.tributary.http.server.Refusals;
import dev.tributary.http.server.ReloadingFiles;
import dev.tributary.http.server.RequestLimiter;
import dev.tributary.http.server.Tls;
import dev.tributary.http.server.UnusableFileException;
import dev.tributary.telemetry.Health;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What stands between callers and the write routes. */
public final class WriteGuard implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WriteGuard.class);

    /** How often files are looked at; a change is in use after two looks. */
    private static final Duration RELOAD_INTERVAL = Duration.ofSeconds(2);

    /** Requests without a known token that an address may send before it is told to wait. */
    private static final RateSettings.Rate FAILURES = new RateSettings.Rate(1, 50);

    private final AccessSettings settings;
    private final HttpLimits limits;
    private final Refusals refusals;
    private final List<Handler.Wrapper> handlers = new ArrayList<>();
    private final List<ReloadingFiles> files = new ArrayList<>();
    private final boolean authenticates;
    private final Optional<Tls> tls;
    private final Optional<KeyedRateLimiter> rate;
    private @Nullable ScheduledExecutorService reloading;

    private WriteGuard(
            AccessSettings settings, HttpLimits limits, Set<String> routes, Health health, MeterRegistry registry)
            throws UnusableFileException {
        this.settings = settings;
        this.limits = limits;
        this.refusals = new Refusals(registry);
        this.authenticates = settings.tokens().isPresent();
        this.tls = settings.tls().files().map(Tls::new);
        tls.ifPresent(used -> files.add(used.reloaded(health)));
        if (settings.tokens().isPresent()) {
            Tokens tokens = new Tokens(settings.tokens().get(), routes);
            files.add(tokens.reloaded(health));
            handlers.add(
                    new Authentication(tokens, new KeyedRateLimiter(FAILURES, TimeMeter.SYSTEM_NANOTIME), refusals));
        } else {
            handlers.add(
                    settings.allowRemote()
                            ? BrowserGuard.anyHost("http", refusals)
                            : BrowserGuard.onLoopback("http", settings.host().name(), refusals));
        }
        this.rate = settings.rate().limit().map(limit -> new KeyedRateLimiter(limit, TimeMeter.SYSTEM_NANOTIME));
        rate.ifPresent(buckets -> handlers.add(new CallerRate(buckets, refusals)));
        handlers.add(new RequestLimiter(limits, refusals, registry));
        for (ReloadingFiles file : files) {
            file.first();
        }
    }

    /**
     * The guards that the settings ask for.
     *
     * @param routes names of the write routes there are
     * @throws HttpStartException if a file is not usable
     */
    public static WriteGuard of(
            AccessSettings settings, HttpLimits limits, Set<String> routes, Health health, MeterRegistry registry) {
        try {
            return new WriteGuard(settings, limits, routes, health, registry);
        } catch (UnusableFileException e) {
            throw new HttpStartException(e.getMessage() + ".", e);
        }
    }

    /** What requests are charged to; empty if callers may send as much as they like. */
    public Optional<KeyedRateLimiter> rate() {
        return rate;
    }

    public Listener.Endpoint endpoint() {
        return new Listener.Endpoint(
                "http", settings.host().name(), settings.port(), exposure(), tls, limits, handlers);
    }

    /** Why other machines must not reach it, if they must not. */
    private Optional<String> exposure() {
        if (authenticates) {
            return tls.isPresent() || settings.allowPlainText()
                    ? Optional.empty()
                    : Optional.of("who sees the traffic could use the tokens in it. Set 127.0.0.1, or"
                            + " http.tls.certificate and http.tls.key, or http.allow-plain-text=true if something in"
                            + " front ends TLS.");
        }
        return settings.allowRemote()
                ? Optional.empty()
                : Optional.of("nothing authenticates callers. Set 127.0.0.1, or http.tokens, or http.allow-remote=true"
                        + " if the network around it is guarded.");
    }

    /**
     * Routes whose handlers are asked only for callers who have the right to it.
     *
     * @param route name of the write route whose handlers are added; empty for what belongs to none
     */
    public HandlerRegistry authorizing(Optional<String> route, HandlerRegistry routes) {
        return authenticates ? new Authorization(route, refusals, routes) : routes;
    }

    /** Begins to look whether files change. */
    public void start() {
        if (files.isEmpty()) {
            return;
        }
        reloading = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "http-files");
            thread.setDaemon(true);
            return thread;
        });
        reloading.scheduleWithFixedDelay(
                this::look, RELOAD_INTERVAL.toMillis(), RELOAD_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (ReloadingFiles file : files) {
            try {
                file.look();
            } catch (RuntimeException e) {
                log.error("a file could not be looked at, and will be again", e); // or the timer would end
            }
        }
    }

    @Override
    public void close() {
        if (reloading != null) {
            reloading.shutdownNow();
        }
    }
}
