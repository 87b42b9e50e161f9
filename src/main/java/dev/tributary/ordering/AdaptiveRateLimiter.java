package dev.tributary.ordering;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Limits the rate of requests to what their receiver accepts: unlimited until the receiver throttles, and close to the
 * rate that it accepted afterwards.
 *
 * <p>A token bucket whose rate is reviewed twice a second. If more than a tenth of the requests was throttled, the rate
 * becomes nine tenths of what was accepted in that interval. If none was throttled, the rate grows by a tenth, or
 * doubles while it is below what was accepted before. In between it stays, because a single hot partition may be the
 * cause. This is the congestion avoidance and slow start of TCP (Jacobson, "Congestion Avoidance and Control", 1988),
 * with growth by a factor, because receivers accept from one to a million requests a second.
 *
 * <p>Safe for any thread.
 */
public final class AdaptiveRateLimiter {

    private static final long INTERVAL = Duration.ofMillis(500).toNanos();
    private static final double NANOS = Duration.ofSeconds(1).toNanos();
    private static final double CUT = 0.9;
    private static final double GROWTH = 1.1;
    private static final double FAST_GROWTH = 2;
    private static final double TOLERATED = 0.1;

    /** Throttled requests of an interval below which the rate is not cut. */
    private static final int MIN_THROTTLED = 5;

    /** Requests a second; a receiver that accepts fewer counts as one that accepts none. */
    private static final double SLOWEST = 1;

    /** Requests a second; above this the rate is unlimited. */
    private static final double FASTEST = 100_000;

    /** Seconds for which unused tokens are kept, so that calls can be batches. */
    private static final double BURST = 0.1;

    private final LongSupplier nanoTime;

    /** Requests a second; infinite: unlimited. Guarded by this, as are the fields below. */
    private double rate = Double.POSITIVE_INFINITY;

    /** Rate after the last cut in an interval in which some requests were accepted; growth is fast below it. */
    private double threshold = FASTEST;

    private double tokens;
    private long refilled;
    private long intervalStart;
    private int accepted;
    private int throttled;

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public AdaptiveRateLimiter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        refilled = nanoTime.getAsLong();
        intervalStart = refilled;
    }

    /**
     * Takes permits for requests that start now.
     *
     * @return the number granted, from 0 to {@code wanted}
     */
    public synchronized int take(int wanted) {
        if (rate == Double.POSITIVE_INFINITY) {
            return wanted;
        }
        review();
        refill();
        int permits = (int) Math.min(wanted, tokens);
        tokens -= permits;
        return permits;
    }

    /** Returns permits that were taken and not used. */
    public synchronized void giveBack(int permits) {
        tokens += permits;
    }

    /** Time until a permit is available. */
    public synchronized Duration untilNext() {
        if (rate == Double.POSITIVE_INFINITY) {
            return Duration.ZERO;
        }
        refill();
        return Duration.ofNanos((long) Math.max(0, Math.ceil((1 - tokens) / rate * NANOS)));
    }

    /** Records requests that were answered otherwise than by throttling. */
    public synchronized void answered(int requests) {
        review();
        accepted += requests;
    }

    /** Records requests that were throttled. */
    public synchronized void throttled(int requests) {
        review();
        throttled += requests;
    }

    /** Requests a second at most; infinite if unlimited. */
    public synchronized double rate() {
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

    /** Must not be called while the rate is unlimited. */
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
        if (throttled >= MIN_THROTTLED && throttled > TOLERATED * (accepted + throttled)) {
            limit(Math.max(SLOWEST, CUT * accepted / (passed / NANOS)), now);
            if (accepted > 0) {
                threshold = rate;
            }
        } else if (throttled == 0 && rate < Double.POSITIVE_INFINITY) {
            double faster = rate * (rate < threshold ? FAST_GROWTH : GROWTH);
            limit(faster > FASTEST ? Double.POSITIVE_INFINITY : faster, now);
        }
        intervalStart = now;
        accepted = 0;
        throttled = 0;
    }
}
