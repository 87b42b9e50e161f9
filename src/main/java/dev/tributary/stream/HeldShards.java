package dev.tributary.stream;

import static java.util.Objects.requireNonNull;

import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.ShardOwnership;
import dev.tributary.stream.lag.StallDetector;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** The shards of one source whose leases this process holds, and their gauges. Safe for any thread. */
final class HeldShards {

    private static final Metric OPEN = Metric.gauge("tributary.changes.open", """
            Changes in flight: read, and waiting for their checkpoint. At `max-in-flight` the targets are the
            bottleneck.""", "source");

    private static final Metric HELD = Metric.gauge("tributary.shards", """
            Shards that this process reads, which are the leases that it holds. The sum over all workers must not be 0; alarm
            also if no worker replies, because then no lag is reported.""", "source");

    private static final Metric CHECKPOINT_AGE =
            Metric.gauge("tributary.checkpoint.age", """
            Age of the oldest checkpoint of a shard that this process reads: what was taken since then would be read again if
            the process died now. Up to `checkpoint-interval` while changes end and the lease table replies.""", "source").inSeconds();

    private static final Metric LEASES = Metric.counter("tributary.leases", """
            Leases that began and ended in this process. `event` is `taken`, `handed-over` (in order, to another worker or for
            one), `lost` (not renewed in time, or taken by another worker) or `ended` (the shard has been read to its
            end).""", "source", "event");

    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final List<Shard> shards = new CopyOnWriteArrayList<>();

    /** By shard, the time up to which what was taken is behind a checkpoint, in nanoseconds of the monotonic clock. */
    private final Map<String, Long> checkpointed = new ConcurrentHashMap<>();

    /** Shards of which nothing is left to read. */
    private final Set<String> ending = ConcurrentHashMap.newKeySet();

    private final Map<Event, Counter> events = new EnumMap<>(Event.class);
    private final LongSupplier nanoTime;

    /** The begin and the ends of a lease. */
    enum Event {
        TAKEN,
        HANDED_OVER,
        LOST,
        ENDED;

        private String tag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** A shard whose lease this process holds or held. */
    private record Shard(
            String shardId,
            long since,
            ReplicationPipeline pipeline,
            ShardOwnership ownership,
            Set<String> endingShards)
            implements StallDetector.Held {

        @Override
        public boolean ending() {
            return endingShards.contains(shardId);
        }

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
        OPEN.gauge(registry, this, HeldShards::open, source);
        HELD.gauge(registry, this, HeldShards::count, source);
        CHECKPOINT_AGE.gauge(registry, this, HeldShards::checkpointAge, source);
        for (Event event : Event.values()) {
            events.put(event, LEASES.counter(registry, source, event.tag()));
        }
    }

    synchronized ReplicationPipeline add(String shardId, ReplicationPipeline pipeline, ShardOwnership ownership) {
        shards.removeIf(other -> !other.active() && !other.renewalOverdue());
        Set<String> left = shards.stream().map(Shard::shardId).collect(Collectors.toSet());
        checkpointed.keySet().retainAll(left);
        ending.retainAll(left);
        long now = nanoTime.getAsLong();
        checkpointed.put(shardId, now);
        ending.remove(shardId);
        shards.add(new Shard(shardId, now, pipeline, ownership, ending));
        count(Event.TAKEN);
        return pipeline;
    }

    /**
     * Notes that what was taken from a shard is behind its checkpoint.
     *
     * @param until the time up to which, in nanoseconds of the monotonic clock
     */
    void checkpointed(String shardId, long until) {
        checkpointed.put(shardId, until);
    }

    /** Notes that nothing is left to read in a shard: only its last checkpoint is to be written. */
    void ending(String shardId) {
        ending.add(shardId);
    }

    void count(Event event) {
        requireNonNull(events.get(event)).increment();
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

    private double checkpointAge() {
        long now = nanoTime.getAsLong();
        return shards.stream()
                        .filter(Shard::active)
                        .mapToLong(shard -> now - checkpointed.getOrDefault(shard.shardId(), now))
                        .max()
                        .orElse(0)
                / NANOS;
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
