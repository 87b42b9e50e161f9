package dev.tributary.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/**
 * The definition of a metric, from which its meters are registered. Each feature declares its own as constants; {@code
 * src/docs/metrics.md} is generated from all of them.
 *
 * <p>Values of labels are names of the configuration, or constants of this program: never a shard, an item, a caller or
 * anything else whose number grows. Immutable.
 *
 * @param name in Micrometer's notation, such as {@code tributary.changes.open}
 * @param unit of the values; empty for a number of things. A {@link Kind#TIMER} has seconds
 * @param labels the names of the labels, in the order in which values are given
 * @param meaning in Markdown, relative to {@code src/docs}. The first sentence defines the metric, and is its help in
 *     Prometheus; the others say what to do about it
 * @param buckets upper bounds of a histogram, ascending; empty if the metric is none
 */
public record Metric(String name, Kind kind, String unit, List<String> labels, String meaning, List<Duration> buckets) {

    /** What kind of values a metric has. */
    public enum Kind {
        GAUGE,
        COUNTER,
        TIMER,
        SUMMARY
    }

    private static final Pattern LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");
    private static final String SECONDS = "seconds";

    /** Checks that the meaning has a first sentence. */
    public Metric {
        labels = List.copyOf(labels);
        buckets = List.copyOf(buckets);
        if (!meaning.contains(".")) {
            throw new IllegalArgumentException(name + ": its meaning has no sentence");
        }
    }

    /** A value that goes up and down. */
    public static Metric gauge(String name, String meaning, String... labels) {
        return of(Kind.GAUGE, name, "", meaning, labels);
    }

    /** A number of events since the process started. */
    public static Metric counter(String name, String meaning, String... labels) {
        return of(Kind.COUNTER, name, "", meaning, labels);
    }

    /** Durations: their number, sum and maximum. */
    public static Metric timer(String name, String meaning, String... labels) {
        return of(Kind.TIMER, name, SECONDS, meaning, labels);
    }

    /** Values without a unit: their number, sum and maximum. */
    public static Metric summary(String name, String meaning, String... labels) {
        return of(Kind.SUMMARY, name, "", meaning, labels);
    }

    private static Metric of(Kind kind, String name, String unit, String meaning, String... labels) {
        return new Metric(name, kind, unit, List.of(labels), meaning.replace('\n', ' '), List.of());
    }

    /** This gauge, with values in seconds. */
    public Metric inSeconds() {
        return in(SECONDS);
    }

    /** This gauge, with values in a unit. */
    public Metric in(String other) {
        return new Metric(name, kind, other, labels, meaning, buckets);
    }

    /** This timer, with a histogram that has these upper bounds. */
    public Metric withBuckets(List<Duration> bounds) {
        return new Metric(name, kind, unit, labels, meaning, bounds);
    }

    /** The first sentence of the meaning. */
    public String help() {
        String text = LINK.matcher(meaning).replaceAll("$1").replace("`", "");
        int end = text.indexOf(". ");
        return end < 0 ? text.substring(0, text.length() - 1) : text.substring(0, end);
    }

    /** Registers a gauge that reads its value from an object, which it keeps alive. */
    public <T> void gauge(MeterRegistry registry, T of, ToDoubleFunction<T> value, String... values) {
        Gauge.builder(name, of, value)
                .description(help())
                .baseUnit(unit.isEmpty() ? null : unit)
                .tags(tags(values))
                .strongReference(true)
                .register(registry);
    }

    /** Gauges whose labels come and go; each row has {@link #tags}. */
    MultiGauge gauges(MeterRegistry registry) {
        return MultiGauge.builder(name).description(help()).register(registry);
    }

    /** The counter with these labels, registered if it is not yet. */
    public Counter counter(MeterRegistry registry, String... values) {
        return Counter.builder(name).description(help()).tags(tags(values)).register(registry);
    }

    /** Registers a counter that reads its count, which never falls, from an object that it does not keep alive. */
    public <T> void counter(MeterRegistry registry, T of, ToDoubleFunction<T> count, String... values) {
        FunctionCounter.builder(name, of, count)
                .description(help())
                .tags(tags(values))
                .register(registry);
    }

    /** The timer with these labels, registered if it is not yet. */
    public Timer timer(MeterRegistry registry, String... values) {
        Timer.Builder timer = Timer.builder(name).description(help()).tags(tags(values));
        return (buckets.isEmpty() ? timer : timer.serviceLevelObjectives(buckets.toArray(Duration[]::new)))
                .register(registry);
    }

    /** The summary with these labels, registered if it is not yet. */
    public DistributionSummary summary(MeterRegistry registry, String... values) {
        return DistributionSummary.builder(name)
                .description(help())
                .tags(tags(values))
                .register(registry);
    }

    /** Whether a meter with these labels is registered. */
    public boolean isRegistered(MeterRegistry registry, String... values) {
        return registry.find(name).tags(tags(values)).meter() != null;
    }

    /** The labels with these values. */
    Tags tags(String... values) {
        if (values.length != labels.size()) {
            throw new IllegalArgumentException(name + " has the labels " + labels);
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tags = tags.and(labels.get(i), values[i]);
        }
        return tags;
    }

    /** The labels without their order. */
    public Set<String> labelNames() {
        return Set.copyOf(labels);
    }
}
