package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.ordering.UnitRateLimiter;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The capacity that a job may consume.
 *
 * @param reads makes the reads of the source and the scans
 * @param writes limits the writes to the target
 */
public record JobLimits(PacedCalls reads, UnitRateLimiter writes) {

    /** As much as the tables take. */
    public static JobLimits none(ScheduledExecutorService timer) {
        return new JobLimits(new PacedCalls(UnitRateLimiter.unlimited(), timer), UnitRateLimiter.unlimited());
    }
}
