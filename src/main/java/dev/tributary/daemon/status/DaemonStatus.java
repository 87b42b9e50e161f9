package dev.tributary.daemon.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.config.EffectiveValues;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.InspectedSources;
import dev.tributary.http.status.StatusEvent;
import dev.tributary.http.status.StatusSource;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.inspect.status.SourceStatus;
import dev.tributary.inspect.status.StatusReader;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the status page shows of this daemon. Meters are sampled all the time, so that a page has the last quarter of an hour
 * when it is opened; tables are read only on request.
 */
public final class DaemonStatus implements StatusSource {

    private static final Logger log = LoggerFactory.getLogger(DaemonStatus.class);

    /** The time over which the rate of a route is measured. */
    private static final long RATE_WINDOW = TimeUnit.SECONDS.toNanos(4);

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(10);

    /** Bounds the calls to about forty a second: a route takes about twenty. */
    private static final Duration PAUSE_PER_ROUTE = Duration.ofMillis(500);

    private static final int MAX_COMPONENTS = 200;

    private final Identity identity;
    private final Settings settings;
    private final List<InspectedSource> sources;
    private final Health health;
    private final MeterRegistry registry;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Instant startedAt;
    private final List<String> routes;
    private final History history;
    private final RecentConditions conditions = new RecentConditions();

    /** The last sample, until an event has sent it. */
    private final AtomicReference<@Nullable ObjectNode> newSample = new AtomicReference<>();

    private volatile boolean newConditions;

    private volatile MeterReading sampled;

    /** Readings within the window of the rate, the oldest first. Used by one thread at a time. */
    private final Deque<MeterReading> recent = new ArrayDeque<>();

    /**
     * This process.
     *
     * @param worker its name among the workers
     * @param coarseTimes whether changes have times in whole minutes, as those of DynamoDB Local
     */
    public record Identity(String version, String worker, boolean coarseTimes) {}

    /** @param nanoTime monotonic */
    public DaemonStatus(
            Identity identity,
            Settings settings,
            Clients clients,
            Health health,
            MeterRegistry registry,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.identity = identity;
        this.settings = settings;
        this.sources = InspectedSources.of(settings, clients);
        this.health = health;
        this.registry = registry;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.startedAt = clock.instant();
        this.routes = sources.stream()
                .flatMap(source -> source.routes().stream())
                .map(route -> route.name())
                .toList();
        this.history = new History(routes);
        this.sampled = read();
    }

    /** Starts to sample the meters. */
    public void start(ScheduledExecutorService timer) {
        timer.scheduleAtFixedRate(
                this::sampleSafely, History.INTERVAL_SECONDS, History.INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    private void sampleSafely() {
        try {
            sample();
        } catch (RuntimeException e) {
            log.error("the meters could not be sampled for the status page", e); // thrown, it would end the samples
        }
    }

    void sample() {
        MeterReading before = sampled;
        MeterReading now = read();
        sampled = now;
        newSample.set(history.add(clock.millis(), before, now));
        lookAtHealth();
    }

    private MeterReading read() {
        return MeterReading.of(registry, nanoTime.getAsLong());
    }

    private Health.Snapshot lookAtHealth() {
        Health.Snapshot now = health.snapshot();
        if (conditions.look(clock.millis(), now)) {
            newConditions = true;
        }
        return now;
    }

    /** Pause between two reads of the tables. */
    public Duration tablesPause() {
        Duration all = PAUSE_PER_ROUTE.multipliedBy(routes.size());
        return all.compareTo(SHORTEST_PAUSE) > 0 ? all : SHORTEST_PAUSE;
    }

    @Override
    public StatusEvent first() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("version", identity.version());
        json.put("worker", identity.worker());
        json.put("coarseTimes", identity.coarseTimes());
        json.put("application", settings.application());
        json.put("startedAt", startedAt.toEpochMilli());
        json.put("intervalSeconds", History.INTERVAL_SECONDS);
        json.put("samples", History.SAMPLES);
        json.put("uncharted", routes.size() - history.routes().size());
        ArrayNode list = json.putArray("routes");
        sources.forEach(source -> source.routes().forEach(route -> list.addObject()
                .put("route", route.name())
                .put("source", source.name())
                .put("from", source.settings().table())
                .put("fromPlace", source.place())
                .put("to", route.settings().table())
                .put("toPlace", route.place())));
        json.put("actions", settings.admin().tokens().given());
        json.set("history", history.json());
        json.set("conditions", conditions.json());
        ArrayNode configuration = json.putArray("configuration");
        EffectiveValues.of(settings)
                .forEach(value -> configuration.addArray().add(value.key()).add(value.text()));
        return new StatusEvent("first", json.toString());
    }

    @Override
    public List<StatusEvent> now() {
        List<StatusEvent> events = new ArrayList<>();
        events.add(new StatusEvent("now", meters(lookAtHealth()).toString()));
        ObjectNode sample = newSample.getAndSet(null);
        if (sample != null) {
            events.add(new StatusEvent("sample", sample.toString()));
        }
        if (newConditions) {
            newConditions = false;
            events.add(new StatusEvent("conditions", conditions.json().toString()));
        }
        return events;
    }

    private ObjectNode meters(Health.Snapshot health) {
        MeterReading now = read();
        recent.removeIf(reading -> now.nanos() - reading.nanos() > RATE_WINDOW);
        MeterReading before = recent.isEmpty() ? sampled : recent.getFirst();
        recent.addLast(now);
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("at", clock.millis());
        json.put("status", health.status().name());
        ArrayNode components = json.putArray("components");
        health.components().entrySet().stream().limit(MAX_COMPONENTS).forEach(component -> components
                .addArray()
                .add(component.getKey())
                .add(component.getValue().status().name())
                .add(RecentConditions.shortened(component.getValue().detail())));
        ObjectNode byRoute = json.putObject("routes");
        for (String route : routes) {
            byRoute.putObject(route)
                    .put("rate", History.rounded(now.rate(route, before)))
                    .put("latency", History.rounded(now.latency(route, before)))
                    .put("changes", (long) now.route(route).changes())
                    .put("parked", (long) now.route(route).parked())
                    .put("paused", now.route(route).paused());
        }
        ObjectNode lags = json.putObject("lags");
        sources.forEach(source -> lags.put(source.name(), History.rounded(now.lag(source.name()))));
        return json;
    }

    @Override
    public CompletableFuture<StatusEvent> tables() {
        Instant now = clock.instant();
        List<CompletableFuture<SourceStatus>> reads =
                sources.stream().map(source -> StatusReader.read(source, now)).toList();
        return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
                .thenApply(done -> new StatusEvent(
                        "tables",
                        new TablesJson(now)
                                .of(reads.stream().map(CompletableFuture::join).toList())
                                .toString()));
    }
}
