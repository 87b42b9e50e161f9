package dev.tributary.replication;

import static java.util.Objects.requireNonNull;

import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Outcome;
import dev.tributary.table.BatchingTable;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
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

    private static final Metric CHANGES = Metric.counter("tributary.changes", """
            Changes that ended on a route. `outcome` is `applied`, `superseded` (the target had a newer row), `regressed` (the
            target had an older row with a later version: alarm on any, see
            [Moving to a replica](tables.md#moving-to-a-replica)), `filtered` (nothing to write: the item has no row, or
            the same as before) or `parked` (kept as a dead letter).""", "route", "outcome");

    private static final Metric MERGED = Metric.counter("tributary.changes.merged", """
            Changes that went to the target in the write of a later change of their item. They are also counted by their
            outcome.""", "route");

    private static final Metric FAILURES = Metric.counter("tributary.write.failures", """
            Failed attempts to write to a target. `kind` is `capacity` or `configuration`, which are retried, or `schema`,
            which is parked.""", "route", "kind");

    private static final Metric RETRIES =
            Metric.counter("tributary.write.retries", "Attempts to write to a target that were repeated.", "route");

    private static final Metric THROTTLES = Metric.counter("tributary.write.throttles", """
            Writes that a target refused because it, or a partition of it, had no capacity. They are among the failures of
            kind `capacity`, and retried.""", "route");

    private static final Metric PARKED = Metric.gauge("tributary.parked", """
            Items that have [parked changes](troubleshooting.md#dead-letters), as far as this process knows. It counts
            those it found at its start or parked, read again every minute while there are any; if they are more than it
            remembers, how many it remembers. Take the maximum over the workers; alarm at any.""", "route");

    private static final Metric LIMIT = Metric.gauge("tributary.write.limit", """
            The most writes per second that the target gets, learned from its throttling; `+Inf` without throttling. If it
            stays below the incoming rate, give the table more capacity.""", "route");

    private static final Metric WRITE = Metric.timer(
            "tributary.write",
            "Duration of one attempt to write to the target, from the time it could start.",
            "route");

    /** Creation times have whole seconds, so shorter buckets would have no meaning. */
    private static final Metric LATENCY = Metric.timer("tributary.latency", """
                    Time from the change of an item to its row in the target, for changes that the target took. Buckets from 1
                    s to 6 h. Creation times have whole seconds, so it is too long by half a second on average.""", "route")
            .withBuckets(Stream.of(1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600)
                    .map(Duration::ofSeconds)
                    .toList());

    private final Map<Outcome, Counter> changes = new EnumMap<>(Outcome.class);
    private final Map<WriteFailure.Kind, Counter> failures = new EnumMap<>(WriteFailure.Kind.class);
    private final Counter merged;
    private final Counter retries;
    private final String route;
    private final Timer write;
    private final Timer latency;
    private final Clock clock;

    RouteMeters(MeterRegistry registry, Route measured) {
        this.route = measured.name();
        for (Outcome outcome : Outcome.values()) {
            changes.put(outcome, CHANGES.counter(registry, route, lower(outcome)));
        }
        for (WriteFailure.Kind kind : WriteFailure.Kind.values()) {
            failures.put(kind, FAILURES.counter(registry, route, lower(kind)));
        }
        register(registry, measured);
        merged = MERGED.counter(registry, route);
        retries = RETRIES.counter(registry, route);
        write = WRITE.timer(registry, route);
        latency = LATENCY.timer(registry, route);
        clock = registry.config().clock();
    }

    /** Once for each route, although the pipelines of its shards make this object at the same time. */
    private static synchronized void register(MeterRegistry registry, Route measured) {
        if (!PARKED.isRegistered(registry, measured.name())) {
            PARKED.gauge(registry, measured.deadLetters(), ParkedItemIndex::items, measured.name());
            LIMIT.gauge(registry, measured.target(), BatchingTable::rate, measured.name());
            THROTTLES.counter(registry, measured.target(), BatchingTable::throttles, measured.name());
        }
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

    /** Counts the changes of a write, except its last. */
    void merged(int changes) {
        if (changes > 1) {
            merged.increment(changes - 1);
        }
    }

    /** Counts an attempt that is followed by another. */
    void retried() {
        retries.increment();
    }

    void failed(WriteFailure.Kind kind) {
        requireNonNull(failures.get(kind)).increment();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
