package dev.tributary.stream;

import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
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
    private final Map<String, String> troubled = new ConcurrentHashMap<>();

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
        report(Status.STARTING, "waiting for a shard lease");
    }

    boolean awaitReading(Duration atMost) throws InterruptedException {
        return reading.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void fetched(String shardId) {
        if (reading.getCount() > 0) {
            report(Status.UP, "reading");
            reading.countDown();
        }
        if (!troubled.isEmpty() && troubled.remove(shardId) != null) {
            log.info("source {}: shard {} is read again", source, shardId);
            if (troubled.isEmpty()) {
                report(Status.UP, "reading");
            }
        }
    }

    @Override
    public void failed(String shardId, Exception failure) {
        failures.increment();
        if (troubled.putIfAbsent(shardId, failure.toString()) == null) {
            report(Status.DEGRADED, "shard " + shardId + " cannot be read: " + failure.getMessage());
            log.warn("source {}: shard {} cannot be read and is tried again: {}", source, shardId, failure.toString());
        }
    }

    @Override
    public void gap(StreamGap gap) {
        if (troubled.put(gap.shardId(), gap.describe()) == null) {
            gaps.increment();
            report(Status.DOWN, gap.describe());
            log.error(
                    "source {}: {}; the shard stands still, because going on would lose changes",
                    source,
                    gap.describe());
        }
    }

    @Override
    public void onWorkerStateChange(WorkerState state) {
        if (state == WorkerState.STARTED && reading.getCount() > 0) {
            report(Status.UP, "standing by, no shard lease yet");
        }
    }

    @Override
    public void onAllInitializationAttemptsFailed(Throwable failure) {
        onFatal.accept(failure);
    }

    private void report(Status status, String detail) {
        health.report("source " + source, status, detail);
    }
}
