package dev.tributary.jobs.reconcile;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Durations and clocks of jobs that put rows.
 *
 * @param sends how long after the record of a page its puts may start
 * @param lateness how long after its start a put may take effect, with what clocks may differ
 * @param clock wall clock, for what other processes read
 * @param nanoTime monotonic, for this process
 */
public record ReconcileTiming(Duration sends, Duration lateness, InstantSource clock, LongSupplier nanoTime) {

    /** How long after its record a page can still gain rows. */
    long openMillis() {
        return sends.plus(lateness).toMillis();
    }
}
