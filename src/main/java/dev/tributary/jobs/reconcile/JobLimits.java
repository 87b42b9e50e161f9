package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.ordering.UnitRateLimiter;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The capacity that a job may consume.
 *
 * @param reads makes the reads of the source and the scans
 * @param writes paces the writes to the target
 */
public record JobLimits(PacedCalls reads, PacedCalls writes) {

    /**
     * Units per second.
     *
     * @param reads more than 0; {@link Double#POSITIVE_INFINITY} for no limit
     * @param writes likewise
     */
    public static JobLimits of(double reads, double writes, ScheduledExecutorService timer) {
        return new JobLimits(
                new PacedCalls(new UnitRateLimiter(reads, System::nanoTime), timer),
                new PacedCalls(new UnitRateLimiter(writes, System::nanoTime), timer));
    }

    /** No limits. */
    public static JobLimits none(ScheduledExecutorService timer) {
        PacedCalls unlimited = new PacedCalls(UnitRateLimiter.unlimited(), timer);
        return new JobLimits(unlimited, unlimited);
    }
}
