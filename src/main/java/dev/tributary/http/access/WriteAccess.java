package dev.tributary.http.access;

import dev.tributary.http.file.FileChecks;
import dev.tributary.http.file.ReloadingFiles;
import dev.tributary.http.file.Tls;
import dev.tributary.http.file.UnusableFileException;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.HttpLimits;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.http.server.Listener;
import dev.tributary.http.server.Refusals;
import dev.tributary.http.server.RequestCheck;
import dev.tributary.http.server.RequestLimiter;
import dev.tributary.telemetry.Health;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who may send what to the write server, and how often: the checks that its settings ask for, with their files. */
public final class WriteAccess implements AutoCloseable {

    private final AccessSettings settings;
    private final HttpLimits limits;
    private final Refusals refusals;
    private final List<RequestCheck> requestChecks = new ArrayList<>();
    private final FileChecks checks;
    private final boolean authenticates;
    private final Optional<Tls> tls;
    private final Optional<KeyedRateLimiter> rate;

    private WriteAccess(
            AccessSettings settings, HttpLimits limits, Set<String> resources, Health health, MeterRegistry registry)
            throws UnusableFileException {
        this.settings = settings;
        this.limits = limits;
        this.refusals = new Refusals(registry);
        this.authenticates = settings.authenticates();
        List<ReloadingFiles> files = new ArrayList<>();
        this.tls = settings.tls().files().map(Tls::new);
        tls.ifPresent(used -> files.add(used.reloaded(health)));
        if (settings.tokens().isPresent()) {
            Tokens tokens = new Tokens("http.tokens", settings.tokens().get(), resources);
            files.add(tokens.reloaded(health));
            requestChecks.add(Authentication.limited(tokens::caller));
        } else if (settings.tokenList().isPresent()) {
            requestChecks.add(Authentication.limited(
                    TokenFile.ofList("http.token-list", settings.tokenList().get())::caller));
        } else {
            requestChecks.add(
                    settings.allowRemote()
                            ? OriginCheck.anyHost("http")
                            : OriginCheck.onLoopback("http", settings.host().name()));
        }
        this.rate = settings.rate().limit().map(limit -> new KeyedRateLimiter(limit, TimeMeter.SYSTEM_NANOTIME));
        rate.ifPresent(buckets -> requestChecks.add(new CallerRate(buckets)));
        requestChecks.add(new RequestLimiter(limits, registry));
        for (ReloadingFiles file : files) {
            file.first();
        }
        this.checks = new FileChecks("http-files", files);
    }

    /**
     * Creates the checks.
     *
     * @param resources names of the resources
     * @throws HttpStartException if a file is not usable
     */
    public static WriteAccess of(
            AccessSettings settings, HttpLimits limits, Set<String> resources, Health health, MeterRegistry registry) {
        try {
            return new WriteAccess(settings, limits, resources, health, registry);
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
                "http", settings.host().name(), settings.port(), exposure(), tls, limits, requestChecks, refusals);
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
        checks.start();
    }

    @Override
    public void close() {
        checks.close();
    }
}
