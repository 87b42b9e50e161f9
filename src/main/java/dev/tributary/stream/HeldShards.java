package dev.tributary.stream;

import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.ShardOwnership;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** The shards of one source whose leases this process holds, and their gauges. Safe for any thread. */
final class HeldShards {

    private final List<Shard> shards = new CopyOnWriteArrayList<>();
    private final LongSupplier nanoTime;

    /** A shard whose lease this process holds or held. */
    private record Shard(String shardId, long since, ReplicationPipeline pipeline, ShardOwnership ownership)
            implements StallDetector.Held {

        @Override
        public boolean active() {
            return pipeline.active();
        }

        @Override
        public Duration lag(Instant now) {
            return pipeline.lag(now);
        }

        @Override
        public Duration openFor() {
            return pipeline.openFor();
        }

        @Override
        public boolean renewalOverdue() {
            return ownership.overdue();
        }

        @Override
        public Duration sinceRenewal() {
            return ownership.sinceRenewal();
        }
    }

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    HeldShards(String source, MeterRegistry registry, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        Gauge.builder("tributary.changes.open", this, HeldShards::open)
                .description("Changes that were read and wait for their checkpoint")
                .tag("source", source)
                .register(registry);
        Gauge.builder("tributary.shards", this, HeldShards::count)
                .description("Shards that this process reads")
                .tag("source", source)
                .register(registry);
    }

    ReplicationPipeline add(String shardId, ReplicationPipeline pipeline, ShardOwnership ownership) {
        shards.removeIf(other -> !other.active() && !other.renewalOverdue());
        shards.add(new Shard(shardId, nanoTime.getAsLong(), pipeline, ownership));
        return pipeline;
    }

    /** The shards whose leases are held, or would be held if their renewal were not overdue. */
    List<? extends StallDetector.Held> held() {
        return shards.stream()
                .filter(shard -> shard.active() || shard.renewalOverdue())
                .toList();
    }

    /** The time up to which every change has ended, by shard id, for the shards whose leases are held. */
    Map<String, Instant> doneUntil() {
        Map<String, Instant> times = new HashMap<>();
        shards.stream()
                .filter(Shard::active)
                .forEach(shard -> shard.pipeline().doneUntil().ifPresent(until -> times.put(shard.shardId(), until)));
        return times;
    }

    private double open() {
        return shards.stream()
                .filter(Shard::active)
                .mapToInt(shard -> shard.pipeline().inFlight())
                .sum();
    }

    private double count() {
        return shards.stream().filter(Shard::active).count();
    }
}
