package dev.tributary.ordering;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Limits the calls in flight to as many as the distance of their receiver needs.
 *
 * <p>By Little's law a receiver is busy with as many calls in flight as it answers within a round trip. So the limit is
 * twice the product of the highest rate of answers and the shortest round trip of the last seconds, as in TCP's BBR
 * (Cardwell et al., "BBR: Congestion-Based Congestion Control", 2016): it doubles while the rate follows, and stays where
 * more calls would only wait at the receiver. Calls count by how full they are, so that few elements do not ask for many
 * small calls.
 *
 * <p>Calls that wait at the receiver lengthen all round trips. Therefore, once in {@link #INTERVAL}, the limit is the
 * least one until a call that started under it has been answered.
 *
 * <p>A receiver goes on with calls that nobody waits for any more. If calls exceed their time and are repeated, it could
 * do nothing else. So the limit, also the least one, is halved when a call exceeds its time, at most once for all that
 * were in flight then, down to one; and it grows by one in each round trip again (Jacobson, "Congestion Avoidance and
 * Control", 1988).
 *
 * <p>Safe for any thread.
 */
public final class AdaptiveConcurrencyLimit {

    /** Rates and round trips count for one to two intervals. */
    static final Duration INTERVAL = Duration.ofSeconds(10);

    /** Shortest time over which a rate is measured, so that a burst of answers is not taken for one. */
    private static final long SAMPLE = Duration.ofMillis(100).toNanos();

    private static final double GAIN = 2;

    /** Round trips of calls that are less full are shorter, and do not count. */
    private static final double FULL = 0.5;

    private final int least;
    private final int most;
    private final LongSupplier nanoTime;

    /** Start of the current interval, and of its probe. Guarded by this, as are the fields below. */
    private long intervalStart;

    private boolean probing;
    private long sampleStart;

    /** Full calls that were answered in the current sample. */
    private double answered;

    /** Highest rate in full calls per nanosecond, and shortest round trip in nanoseconds, of this interval. */
    private double rate;

    private long roundTrip = Long.MAX_VALUE;

    /** The same of the interval before. */
    private double rateBefore;

    private long roundTripBefore = Long.MAX_VALUE;

    /** Calls that fit into their time, as far as is known. */
    private double inTime;

    private long lastHalved;

    /**
     * @param least calls that are permitted while none exceeds its time; at least 1
     * @param most calls that are permitted at any distance; at least {@code least}
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public AdaptiveConcurrencyLimit(int least, int most, LongSupplier nanoTime) {
        this.least = least;
        this.most = most;
        this.nanoTime = nanoTime;
        this.intervalStart = nanoTime.getAsLong();
        this.sampleStart = intervalStart;
        this.inTime = most;
        this.lastHalved = intervalStart;
    }

    /** Calls in flight at most. */
    public synchronized int limit() {
        long now = nanoTime.getAsLong();
        if (now - intervalStart >= INTERVAL.toNanos()) {
            probing = needed() > least;
            rateBefore = rate;
            roundTripBefore = roundTrip;
            rate = 0;
            roundTrip = Long.MAX_VALUE;
            intervalStart = now;
        }
        return permitted();
    }

    private int permitted() {
        return (int) Math.min(inTime, probing ? least : needed());
    }

    private int needed() {
        long shortest = Math.min(roundTrip, roundTripBefore);
        double calls = shortest == Long.MAX_VALUE ? 0 : GAIN * Math.max(rate, rateBefore) * shortest;
        return (int) Math.max(least, Math.min(most, Math.ceil(calls)));
    }

    /** A call starts; returns the time for {@link #answered}. */
    public long started() {
        return nanoTime.getAsLong();
    }

    /**
     * The receiver has accepted a call. Not for a call that failed, whose time says nothing about the distance.
     *
     * @param start the time that {@link #started} returned
     * @param fullness share of the most that a call takes, from 0 to 1
     */
    public synchronized void answered(long start, double fullness) {
        long now = nanoTime.getAsLong();
        inTime = Math.min(most, inTime + 1 / inTime);
        answered += fullness;
        if (fullness >= FULL) {
            roundTrip = Math.min(roundTrip, Math.max(1, now - start));
            probing &= start - intervalStart < 0;
        }
        long sampled = now - sampleStart;
        if (sampled >= SAMPLE && sampled >= Math.min(roundTrip, roundTripBefore)) {
            rate = Math.max(rate, answered / sampled);
            answered = 0;
            sampleStart = now;
        }
    }

    /**
     * A call has exceeded its time; the receiver may still be busy with it.
     *
     * @param start the time that {@link #started} returned
     */
    public synchronized void timedOut(long start) {
        if (start - lastHalved >= 0) {
            inTime = Math.max(1, permitted() / 2.0);
            lastHalved = nanoTime.getAsLong();
        }
    }
}
