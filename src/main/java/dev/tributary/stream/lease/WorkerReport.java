package dev.tributary.stream.lease;

import java.time.Duration;
import java.time.Instant;

/**
 * The last report of a worker in the lease table.
 *
 * @param at in whole seconds, by the worker's clock
 */
public record WorkerReport(String worker, Instant at) {

    /** Time within which a live worker reports again, at a later second. */
    public static Duration longestPause(LeaseTimings timings) {
        return timings.workerReport().multipliedBy(2).plusSeconds(1);
    }

    /**
     * Whether the worker counts as alive: its report is at most two report intervals old, which is KCL's own rule, and a
     * second for the clocks.
     */
    public boolean alive(Instant now, LeaseTimings timings) {
        return Duration.between(at, now).compareTo(longestPause(timings)) <= 0;
    }
}
