package dev.tributary.ordering;

import java.time.Duration;

/**
 * Moments half a second apart that all long pauses of the process end with, so that a thread wakes up for many reads or
 * checkpoints: one that goes on with the next takes half the CPU of one that wakes up for it.
 */
public final class Rounds {

    private static final long INTERVAL = Duration.ofMillis(500).toNanos();

    private static final long SHORTEST = Duration.ofSeconds(1).toNanos();

    private Rounds() {}

    /** Whether a pause of this many nanoseconds ends with a round: from a second on. */
    public static boolean end(long pause) {
        return pause >= SHORTEST;
    }

    /**
     * The end of a pause. One that ends with a round is shorter by half a second at most.
     *
     * @param now of a monotonic clock in nanoseconds, as is the result
     * @param pause in nanoseconds
     */
    public static long after(long now, long pause) {
        long end = now + pause;
        return end(pause) ? end - Math.floorMod(end, INTERVAL) : end;
    }
}
