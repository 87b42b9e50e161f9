package dev.tributary.stream;

import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.ShardOwnership;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** The shards that this process reads of one source, and what can be measured of them. */
final class ActiveShards {

    private final List<Shard> shards = new CopyOnWriteArrayList<>();
    private final LongSupplier nanoTime;

    /** A shard whose lease this process has or had. */
    private record Shard(String shardId, long since, ReplicationPipeline pipeline, ShardOwnership ownership)
            implements ShardWatch.Held {

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
    ActiveShards(String source, MeterRegistry registry, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        Gauge.builder("tributary.changes.open", this, ActiveShards::open)
                .description("Changes that were read and wait for their checkpoint")
                .tag("source", source)
                .register(registry);
        Gauge.builder("tributary.shards", this, ActiveShards::count)
                .description("Shards that this process reads")
                .tag("source", source)
                .register(registry);
    }

    ReplicationPipeline add(String shardId, ReplicationPipeline pipeline, ShardOwnership ownership) {
        shards.removeIf(other -> !other.active() && !other.renewalOverdue());
        shards.add(new Shard(shardId, nanoTime.getAsLong(), pipeline, ownership));
        return pipeline;
    }

    /** The shards whose leases are held now, or would be if they had been renewed. */
    List<? extends ShardWatch.Held> held() {
        return shards.stream()
                .filter(shard -> shard.active() || shard.renewalOverdue())
                .toList();
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
