package dev.tributary.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import java.util.List;

/** The status of each component of {@link Health} as a metric. Components come and go, so it is updated before a scrape. */
public final class HealthMeters {

    private static final Metric STATUS = Metric.gauge("tributary.component.status", """
            Status of a component of health: 0 is UP, 1 DEGRADED, 2 STARTING or DOWN. [`/health`](monitoring.md#health) says
            why. What lasts needs somebody: a gap that is not acknowledged, changes that a worker without the route missed,
            rows of another shape, a repair that could not write an item, tokens that cannot be read.""", "component");

    private final Health health;
    private final MultiGauge gauge;

    public HealthMeters(Health health, MeterRegistry registry) {
        this.health = health;
        this.gauge = STATUS.gauges(registry);
    }

    /** Takes the current status of every component. Safe for any thread. */
    public synchronized void update() {
        List<Row<?>> rows = health.snapshot().components().entrySet().stream()
                .<Row<?>>map(component -> Row.of(
                        STATUS.tags(component.getKey()),
                        value(component.getValue().status())))
                .toList();
        gauge.register(rows, true);
    }

    private static int value(Health.Status status) {
        return switch (status) {
            case UP -> 0;
            case DEGRADED -> 1;
            case STARTING, DOWN -> 2;
        };
    }
}
