package dev.tributary.stream.read;

import static java.util.Objects.requireNonNull;

import dev.tributary.stream.lease.PassedGap;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.stream.lease.StreamGap.Kind;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;

/**
 * How the reading of one source goes: said in health, and in the log once per trouble and shard. Safe for any thread.
 */
public final class SourceHealth implements FetchListener, WorkerStateChangeListener {

    private static final Logger log = LoggerFactory.getLogger(SourceHealth.class);

    private final String source;
    private final Health health;
    private final Consumer<Throwable> onFatal;
    private final Map<Kind, Counter> gaps = new EnumMap<>(Kind.class);
    private final Counter failures;
    private final CountDownLatch reading = new CountDownLatch(1);
    private final Set<StreamGap> met = ConcurrentHashMap.newKeySet();
    private final Map<String, Health.Component> troubled = new ConcurrentHashMap<>();

    /** What is wrong with the stream as a whole; guarded by this. */
    private Health.@Nullable Component streamTrouble;

    /** What nobody has acknowledged; empty if there is nothing. Guarded by this. */
    private String passed = "";

    /** How the source is where no shard is in trouble; guarded by this. */
    private Health.Component untroubled = new Health.Component(Status.STARTING, "waiting for a shard lease");

    public SourceHealth(String source, Health health, MeterRegistry registry, Consumer<Throwable> onFatal) {
        this.source = source;
        this.health = health;
        this.onFatal = onFatal;
        for (Kind kind : Kind.values()) {
            // From the start, because an alarm on an increase does not see a counter that begins with 1.
            gaps.put(
                    kind,
                    Counter.builder("tributary.gaps")
                            .description("Places where the stream lost changes before they were read")
                            .tag("source", source)
                            .tag("kind", kind.tag())
                            .register(registry));
        }
        this.failures = Counter.builder("tributary.read.failures")
                .description("Failed attempts to read a shard; each is tried again")
                .tag("source", source)
                .register(registry);
        report();
    }

    public boolean awaitReading(Duration atMost) throws InterruptedException {
        return reading.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void fetched(String shardId) {
        if (reading.getCount() > 0) {
            report(new Health.Component(Status.UP, "reading"));
            reading.countDown();
        }
        if (!troubled.isEmpty() && troubled.remove(shardId) != null) {
            log.info("source {}: shard {} is read again", source, shardId);
            report();
        }
    }

    /** The targets are the brake, which their routes report. */
    @Override
    public void waits(String shardId) {}

    @Override
    public void failed(String shardId, Exception failure) {
        failures.increment();
        var trouble =
                new Health.Component(Status.DEGRADED, "shard " + shardId + " cannot be read: " + failure.getMessage());
        if (troubled.putIfAbsent(shardId, trouble) == null) {
            log.warn("source {}: shard {} cannot be read and is tried again: {}", source, shardId, failure.toString());
            report();
        }
    }

    /**
     * A shard stands still at a gap; may be told again and again.
     *
     * @param advice what to do about it
     */
    void blockedAt(StreamGap.OfShard gap, String advice) {
        var component = new Health.Component(Status.DOWN, said(gap) + ". " + advice);
        if (!component.equals(troubled.put(gap.shardId(), component))) {
            count(gap);
            log.error("source {}: {}", source, component.detail());
            report();
        }
    }

    /** Reading goes on past a gap, which is written down. */
    public void goesOn(StreamGap gap) {
        count(gap);
        log.warn("source {}: {}. Going on {}", source, said(gap), gap.onward());
    }

    /**
     * The table no longer has the stream that is read; may be told again and again.
     *
     * @param doing what happens about it, or is to be done
     */
    public synchronized void streamIsOver(Status status, StreamGap gap, String doing) {
        var component = new Health.Component(status, said(gap) + ". " + doing);
        if (component.equals(streamTrouble)) {
            return;
        }
        streamTrouble = component;
        count(gap);
        if (status == Status.DOWN) {
            log.error("source {}: {}", source, component.detail());
        } else {
            log.warn("source {}: {}", source, component.detail());
        }
        report();
    }

    /** The table has the stream that is read. */
    public synchronized void streamIsCurrent() {
        if (streamTrouble != null) {
            streamTrouble = null;
            report();
        }
    }

    /** What the ledger says: the source is not whole until somebody has acknowledged these. */
    public synchronized void unacknowledged(List<PassedGap> gaps, int further) {
        int all = gaps.size() + further;
        String now = gaps.isEmpty()
                ? ""
                : "reading went on past %d %s, the last: %s. `tributary gaps` lists and acknowledges them"
                        .formatted(
                                all,
                                all == 1 ? "gap" : "gaps",
                                gaps.get(gaps.size() - 1).description());
        if (!now.equals(passed)) {
            passed = now;
            report();
        }
    }

    /** Forgets the trouble of every shard that another worker reads now. */
    public void holds(Set<String> shards) {
        if (troubled.keySet().retainAll(shards)) {
            report();
        }
    }

    @Override
    public void onWorkerStateChange(WorkerState state) {
        if (state == WorkerState.STARTED && reading.getCount() > 0) {
            report(new Health.Component(Status.UP, "standing by, no shard lease yet"));
        }
    }

    @Override
    public void onAllInitializationAttemptsFailed(Throwable failure) {
        onFatal.accept(failure);
    }

    private void count(StreamGap gap) {
        if (met.add(gap)) {
            requireNonNull(gaps.get(gap.kind())).increment();
        }
    }

    private static String said(StreamGap gap) {
        return "gap (" + gap.kind().tag() + "): " + gap.describe();
    }

    private synchronized void report(Health.Component withoutTrouble) {
        untroubled = withoutTrouble;
        report();
    }

    /** Says the worst of all shards; one at a time, so that the last word is true. */
    private synchronized void report() {
        Health.Component usual = passed.isEmpty() || untroubled.status() != Status.UP
                ? untroubled
                : new Health.Component(Status.DEGRADED, passed);
        Health.Component worst = Stream.concat(Stream.ofNullable(streamTrouble), troubled.values().stream())
                .max(Comparator.comparing(Health.Component::status))
                .orElse(usual);
        health.report("source " + source, worst.status(), worst.detail());
    }
}
