package dev.tributary.stream;

import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.metrics.MetricsScope;
import software.amazon.kinesis.metrics.MetricsUtil;

/**
 * Records KCL's own metrics as meters of this process, by the operation and the name that KCL gives them. Its other
 * dimensions, such as the shard and the worker, are dropped, and so are new names beyond a limit. Safe for any thread; a scope
 * is used by one.
 */
final class KclMetrics implements MetricsFactory {

    private static final Metric TIMES = Metric.timer("tributary.kcl", """
            Durations that the Kinesis Client Library measures of its own work, for people who know it. `operation` and `measure`
            have its names, such as `RenewAllLeases` and `Time`.""", "operation", "measure");

    private static final Metric VALUES = Metric.summary("tributary.kcl.values", """
            Other values of the Kinesis Client Library, such as `Success` (0 or 1 of each operation) and `CurrentLeases`. The sum
            divided by the count is their mean.""", "operation", "measure");

    /** KCL has about a hundred. */
    private static final int MOST = 250;

    private final MeterRegistry registry;
    private final Map<Name, Timer> timers = new ConcurrentHashMap<>();
    private final Map<Name, DistributionSummary> summaries = new ConcurrentHashMap<>();

    private record Name(String operation, String measure) {}

    KclMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public MetricsScope createMetrics() {
        return new Scope();
    }

    private void record(Name name, double value, StandardUnit unit) {
        if (unit == StandardUnit.MILLISECONDS) {
            if (isKnown(timers, name)) {
                timers.computeIfAbsent(name, added -> TIMES.timer(registry, added.operation(), added.measure()))
                        .record((long) value, TimeUnit.MILLISECONDS);
            }
        } else if (isKnown(summaries, name)) {
            summaries
                    .computeIfAbsent(name, added -> VALUES.summary(registry, added.operation(), added.measure()))
                    .record(value);
        }
    }

    private static boolean isKnown(Map<Name, ?> meters, Name name) {
        return meters.size() < MOST || meters.containsKey(name);
    }

    private final class Scope implements MetricsScope {

        private String operation = "";

        @Override
        public void addDimension(String name, String value) {
            if (name.equals(MetricsUtil.OPERATION_DIMENSION_NAME)) {
                operation = value;
            }
        }

        @Override
        public void addData(String name, double value, StandardUnit unit) {
            record(new Name(operation, name), value, unit);
        }

        @Override
        public void addData(String name, double value, StandardUnit unit, MetricsLevel level) {
            addData(name, value, unit);
        }

        @Override
        public void end() {}
    }
}
