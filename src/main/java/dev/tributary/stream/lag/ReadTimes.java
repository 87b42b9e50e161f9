package dev.tributary.stream.lag;

import dev.tributary.stream.read.FetchListener;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When each shard of a source was last attempted to be read, and how that ended. It only keeps times, so it answers whatever
 * else hangs. Safe for any thread.
 */
public final class ReadTimes implements FetchListener {

    private final FetchListener next;
    private final LongSupplier nanoTime;

    /** The last attempt, by shard id, in nanoseconds of the monotonic clock; the next two likewise. */
    private final Map<String, Long> attempted = new ConcurrentHashMap<>();

    private final Map<String, Long> succeeded = new ConcurrentHashMap<>();

    /** Attempts that waited for memory. */
    private final Map<String, Long> waited = new ConcurrentHashMap<>();

    /** Shards whose reads fail. */
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    /**
     * A shard from the time at which this process began to read it.
     *
     * @param since in nanoseconds of the monotonic clock
     */
    public record Reading(String shardId, long since) {}

    /**
     * @param next receives the same events
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public ReadTimes(FetchListener next, LongSupplier nanoTime) {
        this.next = next;
        this.nanoTime = nanoTime;
    }

    @Override
    public void fetched(String shardId) {
        long now = nanoTime.getAsLong();
        attempted.put(shardId, now);
        succeeded.put(shardId, now);
        failing.remove(shardId);
        next.fetched(shardId);
    }

    @Override
    public void waits(String shardId) {
        long now = nanoTime.getAsLong();
        attempted.put(shardId, now);
        waited.put(shardId, now);
        next.waits(shardId);
    }

    @Override
    public void blocked(String shardId) {
        attempted.put(shardId, nanoTime.getAsLong());
        next.blocked(shardId);
    }

    @Override
    public void failed(String shardId, Exception failure) {
        attempted.put(shardId, nanoTime.getAsLong());
        failing.add(shardId);
        next.failed(shardId, failure);
    }

    /** Forgets all shards but these. */
    public void retain(Set<String> shards) {
        attempted.keySet().retainAll(shards);
        succeeded.keySet().retainAll(shards);
        waited.keySet().retainAll(shards);
        failing.retainAll(shards);
    }

    /** Whether a read has succeeded since this process began to read the shard. */
    public boolean hasSucceeded(Reading shard) {
        Long time = succeeded.get(shard.shardId());
        return time != null && time - shard.since() >= 0;
    }

    /** Whether the last read that has ended has failed. */
    public boolean fails(Reading shard) {
        return failing.contains(shard.shardId());
    }

    /** Time since the last successful read, or since this process began to read the shard. */
    public Duration unread(Reading shard) {
        return since(shard, succeeded.get(shard.shardId()));
    }

    /** Time since the last attempt, however it ended, or since this process began to read the shard. */
    public Duration unattempted(Reading shard) {
        return since(shard, attempted.get(shard.shardId()));
    }

    /** Whether a read of the shard has waited for memory within the time. */
    public boolean hasWaited(String shardId, Duration within) {
        Long time = waited.get(shardId);
        return time != null && nanoTime.getAsLong() - time < within.toNanos();
    }

    private Duration since(Reading shard, @Nullable Long time) {
        long last = time == null || time - shard.since() < 0 ? shard.since() : time;
        return Duration.ofNanos(nanoTime.getAsLong() - last);
    }
}
