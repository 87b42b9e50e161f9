package dev.tributary.ordering;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Limits the units of capacity that calls consume in a second, where the cost of a call is known only when it has ended.
 *
 * <p>A call reserves an estimate before it starts, and the estimate is corrected afterwards. So the mean rate keeps to the
 * limit however wrong the estimates are, and calls that start together do not exceed it together. Time in which nothing is
 * reserved gives no credit. Safe for any thread.
 */
public final class UnitRateLimiter {

    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final double perSecond;
    private final LongSupplier nanoTime;
    private final long origin;

    /** Nanoseconds from {@link #origin} until everything reserved is paid for. Guarded by this. */
    private double paidAt;

    /**
     * @param perSecond more than 0; {@link Double#POSITIVE_INFINITY} for no limit
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public UnitRateLimiter(double perSecond, LongSupplier nanoTime) {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("A rate is more than 0 units a second, not " + perSecond);
        }
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.origin = nanoTime.getAsLong();
    }

    /** A limiter without a limit. */
    public static UnitRateLimiter unlimited() {
        return new UnitRateLimiter(Double.POSITIVE_INFINITY, () -> 0);
    }

    /**
     * Reserves units for a call.
     *
     * @return how long to wait before the call may start
     */
    public synchronized Duration reserve(double units) {
        double now = nanoTime.getAsLong() - origin;
        double start = Math.max(now, paidAt);
        paidAt = start + units / perSecond * NANOS;
        return Duration.ofNanos((long) Math.ceil(start - now));
    }

    /** Replaces the estimate of a call that has ended by what it consumed. */
    public synchronized void correct(double reserved, double consumed) {
        paidAt += (consumed - reserved) / perSecond * NANOS;
    }
}
