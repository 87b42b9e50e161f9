package dev.tributary.telemetry;

import dev.tributary.model.TrimHorizon;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the figures of each source, for collectors that make metrics of the fields of a log line. They are those of the
 * meters that are meant for alarms, as far as this process knows. Used by the timer's thread alone.
 */
public final class MetricsLog {

    private static final Logger log = LoggerFactory.getLogger(MetricsLog.class);

    private static final String SOURCE = "source";

    private final MeterRegistry registry;

    /** Gaps of each source up to the last line. */
    private final Map<String, Long> gapsBefore = new HashMap<>();

    public MetricsLog(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Logs from now on, first after the interval. */
    public void start(ScheduledExecutorService timer, Duration interval) {
        timer.scheduleAtFixedRate(this::logAll, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Logs a line for each source. */
    void logAll() {
        registry.find("tributary.lag").gauges().stream()
                .map(gauge -> Objects.requireNonNull(gauge.getId().getTag(SOURCE)))
                .sorted()
                .forEach(this::logSource);
    }

    private void logSource(String source) {
        Predicate<Meter> ofSource = meter -> source.equals(meter.getId().getTag(SOURCE));
        Predicate<Meter> ofRoute =
                meter -> String.valueOf(meter.getId().getTag("route")).startsWith(source + ".");
        long lag = sum("tributary.lag", ofSource);
        long gaps = registry.find("tributary.gaps").counters().stream()
                .filter(ofSource)
                .mapToLong(counter -> (long) counter.count())
                .sum();
        long before = Objects.requireNonNullElse(gapsBefore.put(source, gaps), 0L);
        log.atInfo()
                .addKeyValue(SOURCE, source)
                .addKeyValue("lagSeconds", lag)
                .addKeyValue("timeLeftSeconds", Math.max(0, TrimHorizon.RETENTION.toSeconds() - lag))
                .addKeyValue("parked", sum("tributary.parked", ofRoute))
                .addKeyValue("gaps", gaps - before)
                .addKeyValue("stalled", sum("tributary.stalled", ofSource))
                .addKeyValue("shards", sum("tributary.shards", ofSource))
                .log("figures of source {}", source);
    }

    private long sum(String name, Predicate<Meter> of) {
        Collection<Gauge> gauges = registry.find(name).gauges();
        return (long)
                Math.ceil(gauges.stream().filter(of).mapToDouble(Gauge::value).sum());
    }
}
