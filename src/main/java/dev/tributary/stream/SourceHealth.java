package dev.tributary.stream;

import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;

/** How the reading of one source goes: said in health, and in the log once per trouble and shard. */
final class SourceHealth implements FetchListener, WorkerStateChangeListener {

    private static final Logger log = LoggerFactory.getLogger(SourceHealth.class);

    private final String source;
    private final Health health;
    private final Consumer<Throwable> onFatal;
    private final Counter gaps;
    private final Counter failures;
    private final CountDownLatch reading = new CountDownLatch(1);
    private final Map<String, Health.Component> troubled = new ConcurrentHashMap<>();

    /** How the source is where no shard is in trouble; guarded by this. */
    private Health.Component untroubled = new Health.Component(Status.STARTING, "waiting for a shard lease");

    SourceHealth(String source, Health health, MeterRegistry registry, Consumer<Throwable> onFatal) {
        this.source = source;
        this.health = health;
        this.onFatal = onFatal;
        this.gaps = Counter.builder("tributary.stream.gaps")
                .description("Shards found to lack changes that were not read")
                .tag("source", source)
                .register(registry);
        this.failures = Counter.builder("tributary.read.failures")
                .description("Failed attempts to read a shard; each is tried again")
                .tag("source", source)
                .register(registry);
        report();
    }

    boolean awaitReading(Duration atMost) throws InterruptedException {
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

    @Override
    public void gap(StreamGap gap) {
        Health.Component before = troubled.put(gap.shardId(), new Health.Component(Status.DOWN, gap.describe()));
        if (before == null || before.status() != Status.DOWN) {
            gaps.increment();
            log.error(
                    "source {}: {}; the shard stands still, because going on would lose changes",
                    source,
                    gap.describe());
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

    private synchronized void report(Health.Component withoutTrouble) {
        untroubled = withoutTrouble;
        report();
    }

    /** Says the worst of all shards; one at a time, so that the last word is true. */
    private synchronized void report() {
        Health.Component worst = troubled.values().stream()
                .max(Comparator.comparing(Health.Component::status))
                .orElse(untroubled);
        health.report("source " + source, worst.status(), worst.detail());
    }
}
