package dev.tributary.stream;

import dev.tributary.stream.ShardWatch.Kind;
import dev.tributary.stream.ShardWatch.Stall;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what stands still in one source: in health, in the log when it begins and ends, and as metrics.
 *
 * <p>It has a thread of its own, because any other could be what hangs; the metrics do without it.
 */
final class Watchdog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final double MILLIS = 1000.0;

    private final String source;
    private final ShardWatch watch;
    private final Conditions conditions;
    private final Consumer<Throwable> onFatal;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param onFatal told of an error of this program
     */
    Watchdog(String source, ShardWatch watch, Health health, MeterRegistry registry, Consumer<Throwable> onFatal) {
        this.source = source;
        this.watch = watch;
        this.onFatal = onFatal;
        this.conditions = health.conditions("source " + source, () -> new Health.Component(Status.UP, "reading"));
        Gauge.builder("tributary.lag", watch, now -> now.lag().toMillis() / MILLIS)
                .description(
                        "How far the source is behind: the oldest open change, or the time without a successful read"
                                + " or without a reader")
                .baseUnit("seconds")
                .tag("source", source)
                .register(registry);
        for (Kind kind : Kind.values()) {
            Gauge.builder("tributary.stalled", watch, now -> count(now, kind))
                    .description("Shards of a source that stand still, by what does")
                    .tag("source", source)
                    .tag("condition", kind.tag())
                    .register(registry);
        }
        this.thread = new Thread(this::run, "watchdog-" + source);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Raises a condition for each stall, and ends the conditions of those that are over. */
    void tick() {
        Set<String> names = new HashSet<>();
        for (Stall stall : watch.stalls()) {
            String name = stall.kind().tag() + " " + stall.shardId();
            names.add(name);
            conditions.raise(
                    name,
                    stall.kind(),
                    Status.DEGRADED,
                    stall.describe(),
                    () -> log.warn("source {}: {}", source, stall.describe()));
        }
        conditions.retain(names, name -> log.info("source {}: {} is over", source, name.strip()));
    }

    /** Ends the thread, and takes the conditions out of health. */
    @Override
    public void close() {
        stopped.countDown();
        conditions.close();
    }

    private void run() {
        try {
            while (!stopped.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                tick();
            }
        } catch (InterruptedException e) {
            log.debug("source {}: the watchdog ends", source);
        } catch (RuntimeException | Error e) {
            onFatal.accept(e);
        }
    }

    private static double count(ShardWatch watch, Kind kind) {
        return watch.stalls().stream().filter(stall -> stall.kind() == kind).count();
    }
}
