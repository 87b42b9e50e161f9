package dev.tributary.stream;

import static java.util.stream.Collectors.toMap;

import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.read.StreamShards;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.leases.Lease;

/**
 * When each shard that is to be read was last known to have a reader, by successive looks at the stream and its leases.
 *
 * <p>A shard has a reader if this process reads it, or if another worker has renewed its lease since the look before. A
 * lease does not say when it was renewed, only its counter changes; so the first look counts as such a moment. A shard
 * whose parent has not been read to its end waits for that, and its parent is looked at in its place. Safe for any thread.
 */
final class ShardReaders {

    private final String worker;

    /** By shard id. Replaced under this lock, read without it. */
    private volatile Map<String, Seen> seen = Map.of();

    /**
     * @param counter of the lease; null if there is none
     * @param readAt when a reader was last known, by the monotonic clock
     */
    private record Seen(@Nullable Long counter, long readAt) {}

    /**
     * @param worker name of this process among the workers
     */
    ShardReaders(String worker) {
        this.worker = worker;
    }

    /**
     * @param shards of the stream; none if it is gone
     * @param readHere shards that this process reads
     * @param now by the monotonic clock
     */
    synchronized void looked(StreamShards shards, List<Lease> leases, Set<String> readHere, long now) {
        Map<String, Lease> byShard = leases.stream().collect(toMap(Lease::leaseKey, Function.identity()));
        Map<String, Seen> next = new HashMap<>();
        for (String shardId : toBeRead(shards, byShard)) {
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

    /** Time since each shard that is to be read was last known to have a reader. */
    Map<String, Duration> unreadFor(long now) {
        return seen.entrySet().stream()
                .collect(toMap(
                        Map.Entry::getKey,
                        entry -> Duration.ofNanos(now - entry.getValue().readAt())));
    }

    private boolean readElsewhere(@Nullable Lease lease, Seen before) {
        return lease != null
                && lease.actualOwner() != null
                && !worker.equals(lease.actualOwner())
                && !lease.leaseCounter().equals(before.counter());
    }

    private static Set<String> toBeRead(StreamShards shards, Map<String, Lease> leases) {
        Set<String> withoutLease = shards.withoutLease(leases.keySet()).stream()
                .map(Shard::shardId)
                .collect(Collectors.toSet());
        Set<String> unfinished = Stream.concat(
                        withoutLease.stream(),
                        leases.values().stream()
                                .filter(lease -> !LeaseRows.ended(lease))
                                .map(Lease::leaseKey))
                .collect(Collectors.toSet());
        Map<String, String> parents = shards.all().stream()
                .filter(shard -> shard.parentShardId() != null)
                .collect(toMap(Shard::shardId, Shard::parentShardId));
        return unfinished.stream()
                .filter(shardId -> parentsOf(shardId, parents, leases).noneMatch(unfinished::contains))
                .collect(Collectors.toSet());
    }

    /** As the stream names them, or as the lease does where the shard is no longer in the stream. */
    private static Stream<String> parentsOf(String shardId, Map<String, String> inStream, Map<String, Lease> leases) {
        Lease lease = leases.get(shardId);
        return Stream.concat(
                Stream.ofNullable(inStream.get(shardId)),
                lease == null ? Stream.empty() : lease.parentShardIds().stream());
    }
}
