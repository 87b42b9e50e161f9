package dev.tributary.stream.lag;

import static java.util.stream.Collectors.toMap;

import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.read.StreamShards;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.leases.Lease;

/**
 * The time at which each unfinished shard was last known to have a reader, from periodic checks of the stream and its
 * leases.
 *
 * <p>A shard has a reader if this process reads it, or if another worker has renewed its lease since the previous check. A
 * lease has no renewal time, only a counter that changes; so the first check counts as a renewal. A shard whose parent is
 * unfinished waits for it and is left out; its parent is checked instead. Safe for any thread.
 */
public final class LastKnownReaders {

    private final String worker;
    private final LongSupplier nanoTime;

    /** The times up to which shards were done, as their owners have recorded them, by shard id. */
    private volatile Map<String, Instant> recorded = Map.of();

    /** By shard id. Replaced under this lock, read without it. */
    private volatile Map<String, Seen> seen = Map.of();

    /**
     * @param counter of the lease; null if there is no lease
     * @param readAt time of the last known reader, in nanoseconds of the monotonic clock
     */
    private record Seen(@Nullable Long counter, long readAt) {}

    /**
     * @param worker name of this process among the workers
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public LastKnownReaders(String worker, LongSupplier nanoTime) {
        this.worker = worker;
        this.nanoTime = nanoTime;
    }

    /**
     * Updates the times from one check.
     *
     * @param shards of the stream; empty if the stream is gone
     * @param doneUntil the recorded times up to which shards were done, by shard id
     * @param readHere shards that this process reads
     */
    public synchronized void checked(
            StreamShards shards, List<Lease> leases, Map<String, Instant> doneUntil, Set<String> readHere) {
        long now = nanoTime.getAsLong();
        recorded = Map.copyOf(doneUntil);
        Map<String, Lease> byShard = leases.stream().collect(toMap(Lease::leaseKey, Function.identity()));
        Map<String, Seen> next = new HashMap<>();
        for (String shardId : unfinished(shards, byShard)) {
            Lease lease = byShard.get(shardId);
            Seen before = seen.get(shardId);
            Long counter = lease == null ? null : lease.leaseCounter();
            next.put(
                    shardId,
                    before == null || readHere.contains(shardId) || readElsewhere(lease, before)
                            ? new Seen(counter, now)
                            : new Seen(counter, before.readAt()));
        }
        seen = Map.copyOf(next);
    }

    /**
     * Time since each unfinished shard was last known to have a reader, of those that have had none for some time.
     *
     * @param readHere shards that this process reads now
     */
    public Map<String, Duration> without(Set<String> readHere, Duration atLeast) {
        long now = nanoTime.getAsLong();
        return seen.entrySet().stream()
                .filter(entry -> !readHere.contains(entry.getKey()))
                .filter(entry -> now - entry.getValue().readAt() >= atLeast.toNanos())
                .collect(toMap(
                        Map.Entry::getKey,
                        entry -> Duration.ofNanos(now - entry.getValue().readAt())));
    }

    /** The time up to which the shard was done when its owner last recorded that; empty if it is not known. */
    public Optional<Instant> doneUntil(String shardId) {
        return Optional.ofNullable(recorded.get(shardId));
    }

    private boolean readElsewhere(@Nullable Lease lease, Seen before) {
        return lease != null
                && lease.actualOwner() != null
                && !worker.equals(lease.actualOwner())
                && !lease.leaseCounter().equals(before.counter());
    }

    private static Set<String> unfinished(StreamShards shards, Map<String, Lease> leases) {
        Set<String> withoutLease = shards.withoutLease(leases.keySet()).stream()
                .map(Shard::shardId)
                .collect(Collectors.toSet());
        Set<String> notEnded = Stream.concat(
                        withoutLease.stream(),
                        leases.values().stream()
                                .filter(lease -> !LeaseRows.ended(lease))
                                .map(Lease::leaseKey))
                .collect(Collectors.toSet());
        Map<String, String> parents = shards.all().stream()
                .filter(shard -> shard.parentShardId() != null)
                .collect(toMap(Shard::shardId, Shard::parentShardId));
        return notEnded.stream()
                .filter(shardId -> parentsOf(shardId, parents, leases).noneMatch(notEnded::contains))
                .collect(Collectors.toSet());
    }

    /** From the stream and from the lease, because the stream may no longer list the shard. */
    private static Stream<String> parentsOf(String shardId, Map<String, String> inStream, Map<String, Lease> leases) {
        Lease lease = leases.get(shardId);
        return Stream.concat(
                Stream.ofNullable(inStream.get(shardId)),
                lease == null ? Stream.empty() : lease.parentShardIds().stream());
    }
}
