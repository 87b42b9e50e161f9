package dev.tributary.stream.lease;

import dev.tributary.replication.ShardOwnership;
import java.time.Duration;

/**
 * KCL's intervals, all derived from the configured lease duration.
 *
 * @param lease time without renewal after which a lease may be taken; KCL renews three times within it
 */
public record LeaseTimings(Duration lease) {

    /** Timeout of one write; short enough that the fence stays open from one renewal to the next. */
    public Duration writeTimeout() {
        return lease.dividedBy(3);
    }

    /** Longest time for which changes are still written when a lease is to be handed over. */
    public Duration drain() {
        return lease.dividedBy(3);
    }

    /** Pause between two renewals of a lease; KCL's. */
    public Duration renewal() {
        return lease.dividedBy(3);
    }

    /** Pause between two records of how far a shard has been read. */
    public Duration progress() {
        return lease.multipliedBy(2);
    }

    /** Pause between two lease assignments. Each scans the lease table, and a start waits for several. */
    public Duration assignment() {
        return atMost(lease.dividedBy(6), Duration.ofMillis(500));
    }

    /** Pause between two looks at the lease table for assignments while no other worker is alive. */
    public Duration soleWorker() {
        return lease.dividedBy(4);
    }

    /** Interval of worker reports. KCL takes a worker for dead after two, which must not exceed the lease duration. */
    public Duration workerReport() {
        return lease.dividedBy(4);
    }

    /** Duration of the leader's lock. */
    public Duration leaderLock() {
        return lease;
    }

    /** KCL requires at most half of the lock's duration; with a third, one heartbeat may be missed. */
    public Duration leaderHeartbeat() {
        return lease.dividedBy(3);
    }

    /**
     * Longest time for a live worker to hand over a lease, after which KCL forces it: longer than the drain time and the
     * last call together.
     */
    public Duration handOver() {
        return drain().plus(writeTimeout()).plus(lease.dividedBy(3));
    }

    /**
     * The timing of {@link ShardOwnership}.
     *
     * @param drain longest time to write the changes taken, if it is shorter than {@link #drain()}
     */
    public ShardOwnership.Timing ownership(Duration drain) {
        return new ShardOwnership.Timing(lease, writeTimeout(), atMost(drain, drain()));
    }

    private static Duration atMost(Duration duration, Duration limit) {
        return duration.compareTo(limit) < 0 ? duration : limit;
    }
}
