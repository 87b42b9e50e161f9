package dev.tributary.replication;

import static java.util.Objects.requireNonNull;

import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Outcome;
import dev.tributary.table.BatchingTable;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The meters of one route; its pipelines share them. */
final class RouteMeters {

    private static final String PARKED = "tributary.parked";

    /** Upper bounds of the histogram's buckets. Creation times have whole seconds, so shorter ones would tell nothing. */
    private static final Duration[] LATENCIES = Stream.of(1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600)
            .map(Duration::ofSeconds)
            .toArray(Duration[]::new);

    private final Map<Outcome, Counter> changes = new EnumMap<>(Outcome.class);
    private final Map<WriteFailure.Kind, Counter> failures = new EnumMap<>(WriteFailure.Kind.class);
    private final String route;
    private final Timer write;
    private final Timer latency;
    private final Clock clock;

    RouteMeters(MeterRegistry registry, Route measured) {
        this.route = measured.name();
        for (Outcome outcome : Outcome.values()) {
            changes.put(
                    outcome,
                    Counter.builder("tributary.changes")
                            .description("Changes that ended on a route, by outcome")
                            .tag("route", route)
                            .tag("outcome", lower(outcome))
                            .register(registry));
        }
        for (WriteFailure.Kind kind : WriteFailure.Kind.values()) {
            failures.put(
                    kind,
                    Counter.builder("tributary.write.failures")
                            .description(
                                    "Failed attempts to write to a target; tried again, or parked if of kind schema")
                            .tag("route", route)
                            .tag("kind", lower(kind))
                            .register(registry));
        }
        if (registry.find(PARKED).tag("route", route).gauge() == null) { // each shard's pipeline makes this object
            registerGauges(registry, measured);
        }
        write = Timer.builder("tributary.write")
                .description("Duration of one attempt to write to a target, from when it could start")
                .tag("route", route)
                .register(registry);
        latency = Timer.builder("tributary.latency")
                .description(
                        "Time from the change of an item to its row in the target, for changes that the target took")
                .serviceLevelObjectives(LATENCIES)
                .tag("route", route)
                .register(registry);
        clock = registry.config().clock();
    }

    private static void registerGauges(MeterRegistry registry, Route measured) {
        Gauge.builder(PARKED, measured.deadLetters(), ParkedItemIndex::items)
                .description("Items that have parked changes on a route, as far as this process knows")
                .tag("route", measured.name())
                .register(registry);
        Gauge.builder("tributary.write.limit", measured.target(), BatchingTable::rate)
                .description("Writes a second that a target gets at most, because it throttled; +Inf without a limit")
                .tag("route", measured.name())
                .register(registry);
    }

    String route() {
        return route;
    }

    Timer write() {
        return write;
    }

    /**
     * Counts a change.
     *
     * @param createdAt when it was made
     */
    void ended(Outcome outcome, Instant createdAt) {
        requireNonNull(changes.get(outcome)).increment();
        if (outcome == Outcome.APPLIED) {
            latency.record(Duration.ofMillis(Math.max(0, clock.wallTime() - createdAt.toEpochMilli())));
        }
    }

    void failed(WriteFailure.Kind kind) {
        requireNonNull(failures.get(kind)).increment();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
