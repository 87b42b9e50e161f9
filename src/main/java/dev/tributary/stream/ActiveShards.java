package dev.tributary.stream;

import dev.tributary.replication.ReplicationPipeline;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The pipelines of the shards that this process reads of one source, and what can be measured of them. */
final class ActiveShards {

    private final List<ReplicationPipeline> pipelines = new CopyOnWriteArrayList<>();
    private final InstantSource clock;

    ActiveShards(String source, MeterRegistry registry, InstantSource clock) {
        this.clock = clock;
        Gauge.builder("tributary.lag", this, ActiveShards::lagSeconds)
                .description("Age of the oldest change that was read and has not ended on every route")
                .baseUnit("seconds")
                .tag("source", source)
                .register(registry);
        Gauge.builder("tributary.changes.open", this, ActiveShards::open)
                .description("Changes that were read and wait for their checkpoint")
                .tag("source", source)
                .register(registry);
        Gauge.builder("tributary.shards", this, ActiveShards::count)
                .description("Shards that this process reads")
                .tag("source", source)
                .register(registry);
    }

    ReplicationPipeline add(ReplicationPipeline pipeline) {
        pipelines.removeIf(other -> !other.active());
        pipelines.add(pipeline);
        return pipeline;
    }

    /** The pipelines whose leases are held now. */
    List<ReplicationPipeline> active() {
        return pipelines.stream().filter(ReplicationPipeline::active).toList();
    }

    private double lagSeconds() {
        Instant now = clock.instant();
        return active().stream()
                        .mapToLong(pipeline -> pipeline.lag(now).toMillis())
                        .max()
                        .orElse(0)
                / 1000.0;
    }

    private double open() {
        return active().stream().mapToInt(ReplicationPipeline::inFlight).sum();
    }

    private double count() {
        return active().size();
    }
}
