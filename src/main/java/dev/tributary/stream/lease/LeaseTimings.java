package dev.tributary.stream.lease;

import dev.tributary.replication.ShardOwnership;
import java.time.Duration;

/**
 * KCL's many intervals, all from the one that is configured.
 *
 * @param lease time without renewal after which a lease may be taken; KCL renews three times within it
 */
public record LeaseTimings(Duration lease) {

    /** Longest time of one write; with the renewals it leaves the fence open without a break. */
    public Duration writeTimeout() {
        return lease.dividedBy(3);
    }

    /** Longest time for which the changes taken are still written when a lease is to pass to another worker. */
    public Duration drain() {
        return lease.dividedBy(3);
    }

    /** Pause between two looks at who has which lease; each scans the lease table, and a start waits for several. */
    public Duration assignment() {
        return atMost(lease.dividedBy(6), Duration.ofMillis(500));
    }

    /** KCL counts a worker as gone after two of these; that must not take longer than its leases live. */
    public Duration workerReport() {
        return lease.dividedBy(4);
    }

    /** Lease of the leader's lock. */
    public Duration leaderLock() {
        return lease;
    }

    /** At most half of the lock's lease, KCL demands; a third leaves room for a missed one. */
    public Duration leaderHeartbeat() {
        return lease.dividedBy(3);
    }

    /**
     * Longest time for a live worker to hand a lease to another one, after which KCL takes it from there: longer than
     * the changes taken are written and the last call takes.
     */
    public Duration handOver() {
        return drain().plus(writeTimeout()).plus(lease.dividedBy(3));
    }

    /**
     * The times of the ownership of a lease.
     *
     * @param drain longest time to write what was taken, where it is shorter than {@link #drain()}
     */
    public ShardOwnership.Timing ownership(Duration drain) {
        return new ShardOwnership.Timing(lease, writeTimeout(), atMost(drain, drain()));
    }

    private static Duration atMost(Duration duration, Duration limit) {
        return duration.compareTo(limit) < 0 ? duration : limit;
    }
}
