package dev.tributary.table;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many writes a second a table gets: as many as there are until it throttles, and then about as many as it took.
 *
 * <p>A token bucket whose rate is looked at twice a second: where a tenth of the writes or more was throttled it becomes
 * nine tenths of what the table took in that time, where none was it grows by a tenth, and in between, where a single
 * hot partition may be to blame, it stays. Far below what the table took before, it doubles instead. This is the
 * congestion avoidance and slow start of TCP (Jacobson, "Congestion Avoidance and Control", 1988), with growth by a
 * factor, because tables take from one to a million writes a second.
 *
 * <p>Safe for any thread.
 */
final class AdaptiveRateLimiter {

    private static final long INTERVAL = Duration.ofMillis(500).toNanos();
    private static final double NANOS = Duration.ofSeconds(1).toNanos();
    private static final double CUT = 0.9;
    private static final double GROWTH = 1.1;
    private static final double FAST_GROWTH = 2;
    private static final double TOLERATED = 0.1;

    /** Fewer say nothing about the table. */
    private static final int TELLING = 5;

    /** In writes a second; a table that takes less than this takes nothing. */
    private static final double SLOWEST = 1;

    /** In writes a second; faster is as good as unlimited. */
    private static final double FASTEST = 100_000;

    /** Tokens are kept for this part of a second, so that calls can be batches. */
    private static final double BURST = 0.1;

    private final LongSupplier nanoTime;

    /** Guarded by this, as are the next. Infinite: unlimited. */
    private double rate = Double.POSITIVE_INFINITY;

    /** What the table took when it last throttled some writes and not all; growth is fast below it. */
    private double threshold = FASTEST;

    private double tokens;
    private long refilled;
    private long intervalStart;
    private int taken;
    private int throttled;

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    AdaptiveRateLimiter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        refilled = nanoTime.getAsLong();
        intervalStart = refilled;
    }

    /**
     * Takes permission for writes that start now.
     *
     * @return from 0 to {@code wanted}
     */
    synchronized int take(int wanted) {
        if (rate == Double.POSITIVE_INFINITY) {
            return wanted;
        }
        review();
        refill();
        int permits = (int) Math.min(wanted, tokens);
        tokens -= permits;
        return permits;
    }

    /** Gives back what was taken and not used. */
    synchronized void giveBack(int permits) {
        tokens += permits;
    }

    /** Time until there is permission for a write. */
    synchronized Duration untilNext() {
        if (rate == Double.POSITIVE_INFINITY) {
            return Duration.ZERO;
        }
        refill();
        return Duration.ofNanos((long) Math.max(0, Math.ceil((1 - tokens) / rate * NANOS)));
    }

    /** The table answered so many writes, whatever it said. */
    synchronized void answered(int writes) {
        review();
        taken += writes;
    }

    /** The table had no capacity for so many writes. */
    synchronized void throttled(int writes) {
        review();
        throttled += writes;
    }

    /** Writes a second at most; infinite if unlimited. */
    synchronized double rate() {
        return rate;
    }

    private void limit(double newRate, long now) {
        if (rate == Double.POSITIVE_INFINITY) {
            tokens = 0;
            refilled = now;
        } else {
            refill();
        }
        rate = newRate;
    }

    /** Not while the rate is unlimited. */
    private void refill() {
        long now = nanoTime.getAsLong();
        double most = Math.max(1, rate * BURST);
        tokens = Math.min(most, tokens + rate * (now - refilled) / NANOS);
        refilled = now;
    }

    private void review() {
        long now = nanoTime.getAsLong();
        long passed = now - intervalStart;
        if (passed < INTERVAL) {
            return;
        }
        if (throttled >= TELLING && throttled > TOLERATED * (taken + throttled)) {
            limit(Math.max(SLOWEST, CUT * taken / (passed / NANOS)), now);
            if (taken > 0) {
                threshold = rate;
            }
        } else if (throttled == 0 && rate < Double.POSITIVE_INFINITY) {
            double faster = rate * (rate < threshold ? FAST_GROWTH : GROWTH);
            limit(faster > FASTEST ? Double.POSITIVE_INFINITY : faster, now);
        }
        intervalStart = now;
        taken = 0;
        throttled = 0;
    }
}
