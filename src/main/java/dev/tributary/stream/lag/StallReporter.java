package dev.tributary.stream.lag;

import dev.tributary.ordering.Ticker;
import dev.tributary.stream.lag.StallDetector.Kind;
import dev.tributary.stream.lag.StallDetector.Stall;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.Liveness;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the stalls of one source in health, in the log and as metrics.
 *
 * <p>It has a separate thread, because any other thread could be the one that hangs. The metrics do not need it.
 */
public final class StallReporter {

    private static final Logger log = LoggerFactory.getLogger(StallReporter.class);

    private static final Metric STALLED = Metric.gauge("tributary.stalled", """
            Stalled shards, by [condition](troubleshooting.md#stalls). Alarm if it is above 0 for 5
            minutes.""", "source", "condition");

    private static final Duration TICK = Duration.ofSeconds(1);

    /** A tick makes no call, so it waits for a thread only. */
    private static final Duration SILENT = Duration.ofMinutes(1);

    private final String source;
    private final StallDetector stalls;
    private final Conditions conditions;
    private final Ticker ticker;
    private final Liveness liveness;
    private final Supplier<List<String>> reads = this::silent;
    private final Liveness.Heartbeat heartbeat;

    /**
     * @param onFatal receives errors of this program
     */
    public StallReporter(
            String source,
            StallDetector stalls,
            Health health,
            MeterRegistry registry,
            Ticker.Threads threads,
            Consumer<Throwable> onFatal) {
        this.source = source;
        this.stalls = stalls;
        this.conditions = health.conditions("source " + source, () -> new Health.Component(Status.UP, "reading"));
        this.liveness = health.liveness();
        this.heartbeat = liveness.heartbeat("the report of stalls of source " + source, SILENT);
        liveness.watch(reads);
        for (Kind kind : Kind.values()) {
            STALLED.gauge(registry, stalls, now -> count(now, kind), source, kind.tag());
        }
        this.ticker = new Ticker("the report of stalls of source " + source, TICK, this::tick, threads, onFatal);
    }

    public void start() {
        heartbeat.beat();
        ticker.start();
    }

    /** Raises a condition for each stall, and ends the conditions of those that are over. */
    public void tick() {
        heartbeat.beat();
        Set<String> names = new HashSet<>();
        for (Stall stall : stalls.stalls()) {
            String name = stall.kind().tag() + " " + stall.shardId();
            names.add(name);
            conditions.raise(
                    name,
                    stall.kind(),
                    Status.DEGRADED,
                    stall.describe(),
                    () -> log.warn("source {}: {}", LogFields.source(source), stall.describe()));
        }
        conditions.retain(names, name -> log.info("source {}: {} is over", LogFields.source(source), name.strip()));
    }

    /** Ends the thread and removes the conditions from health. */
    public void stop() throws InterruptedException {
        ticker.stop();
        conditions.close();
        heartbeat.close();
        liveness.forget(reads);
    }

    private List<String> silent() {
        return stalls.silent().stream()
                .map(shard -> "source %s: reads of shard %s neither succeed nor fail".formatted(source, shard))
                .toList();
    }

    private static double count(StallDetector stalls, Kind kind) {
        return stalls.stalls().stream().filter(stall -> stall.kind() == kind).count();
    }
}
