package dev.tributary.http.access;

import dev.tributary.http.file.ReloadingFiles;
import dev.tributary.http.file.Tls;
import dev.tributary.http.file.UnusableFileException;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.HttpLimits;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.http.server.Listener;
import dev.tributary.http.server.Refusals;
import dev.tributary.http.server.RequestGuard;
import dev.tributary.http.server.RequestLimiter;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The guards of the write server that its settings ask for, with the files they read. */
public final class WriteGuard implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WriteGuard.class);

    /** Interval of the checks of the files; a change takes effect after two of them. */
    private static final Duration RELOAD_INTERVAL = Duration.ofSeconds(2);

    /** Requests without a known token that an address may send before it has to wait. */
    private static final RateSettings.Rate FAILURES = new RateSettings.Rate(1, 50);

    private final AccessSettings settings;
    private final HttpLimits limits;
    private final Refusals refusals;
    private final List<RequestGuard> guards = new ArrayList<>();
    private final List<ReloadingFiles> files = new ArrayList<>();
    private final boolean authenticates;
    private final Optional<Tls> tls;
    private final Optional<KeyedRateLimiter> rate;
    private @Nullable ScheduledExecutorService reloading;

    private WriteGuard(
            AccessSettings settings, HttpLimits limits, Set<String> resources, Health health, MeterRegistry registry)
            throws UnusableFileException {
        this.settings = settings;
        this.limits = limits;
        this.refusals = new Refusals(registry);
        this.authenticates = settings.authenticates();
        this.tls = settings.tls().files().map(Tls::new);
        tls.ifPresent(used -> files.add(used.reloaded(health)));
        if (settings.tokens().isPresent()) {
            Tokens tokens = new Tokens(settings.tokens().get(), resources);
            files.add(tokens.reloaded(health));
            guards.add(authentication(tokens::caller));
        } else if (settings.tokenList().isPresent()) {
            guards.add(authentication(TokenFile.ofList(settings.tokenList().get())::caller));
        } else {
            guards.add(
                    settings.allowRemote()
                            ? BrowserGuard.anyHost("http")
                            : BrowserGuard.onLoopback("http", settings.host().name()));
        }
        this.rate = settings.rate().limit().map(limit -> new KeyedRateLimiter(limit, TimeMeter.SYSTEM_NANOTIME));
        rate.ifPresent(buckets -> guards.add(new CallerRate(buckets)));
        guards.add(new RequestLimiter(limits, registry));
        for (ReloadingFiles file : files) {
            file.first();
        }
    }

    private static Authentication authentication(Function<String, Optional<Caller>> callers) {
        return new Authentication(callers, new KeyedRateLimiter(FAILURES, TimeMeter.SYSTEM_NANOTIME));
    }

    /**
     * Creates the guards.
     *
     * @param resources names of the resources
     * @throws HttpStartException if a file is not usable
     */
    public static WriteGuard of(
            AccessSettings settings, HttpLimits limits, Set<String> resources, Health health, MeterRegistry registry) {
        try {
            return new WriteGuard(settings, limits, resources, health, registry);
        } catch (UnusableFileException e) {
            throw new HttpStartException(e.getMessage() + ".", e);
        }
    }

    /** The rate limit of callers; empty if there is none. */
    public Optional<KeyedRateLimiter> rate() {
        return rate;
    }

    public Listener.Endpoint endpoint() {
        return new Listener.Endpoint(
                "http", settings.host().name(), settings.port(), exposure(), tls, limits, guards, refusals);
    }

    /** Why other machines must not reach the endpoint; empty if they may. */
    private Optional<String> exposure() {
        if (authenticates) {
            return tls.isPresent() || settings.allowPlainText()
                    ? Optional.empty()
                    : Optional.of("tokens in plain text can be read from the traffic. Set 127.0.0.1, or"
                            + " http.tls.certificate and http.tls.key, or http.allow-plain-text=true if a proxy in"
                            + " front terminates TLS.");
        }
        return settings.allowRemote()
                ? Optional.empty()
                : Optional.of("nothing authenticates callers. Set 127.0.0.1, or http.tokens, or http.allow-remote=true"
                        + " if the network around it is guarded.");
    }

    /**
     * A registry whose handlers are called only for callers with the right to the resource.
     *
     * @param resource name of the resource whose handlers are added; empty for handlers that belong to none
     */
    public HandlerRegistry authorizing(Optional<String> resource, HandlerRegistry registry) {
        return authenticates ? new Authorization(resource, refusals, registry) : registry;
    }

    /** Starts the checks of the files. */
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
                this::checkFiles, RELOAD_INTERVAL.toMillis(), RELOAD_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void checkFiles() {
        for (ReloadingFiles file : files) {
            try {
                file.check();
            } catch (RuntimeException e) {
                log.error("a file could not be checked; it will be checked again", e); // thrown, it would end the timer
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
