package dev.tributary.stream.read;

import java.time.Duration;
import java.util.concurrent.atomic.DoubleAdder;

/**
 * How many reads a second the shards of one source want together. Beyond {@value #PER_SECOND}, their pauses are stretched
 * in proportion, up to the idle poll interval: each read has its price in money and CPU, and one that comes later returns
 * more changes. Reads that follow a large batch count for nothing and are not delayed. Safe for any thread.
 */
final class ReadDemand {

    /** With the usual intervals, shards beyond 25 share these reads. */
    static final int PER_SECOND = 250;

    private static final long SHARE = Duration.ofSeconds(1).toNanos() / PER_SECOND;

    private final DoubleAdder perSecond = new DoubleAdder();

    /** A shard wants so many reads a second more, or less. */
    void change(double reads) {
        perSecond.add(reads);
    }

    /**
     * The pause that a shard gets.
     *
     * @param wanted in nanoseconds, as is the result
     * @param idle a wanted pause is not stretched beyond it
     */
    long stretch(long wanted, long idle) {
        double factor = perSecond.sum() / PER_SECOND;
        return factor <= 1 || wanted >= idle ? wanted : Math.min(idle, (long) (wanted * factor));
    }

    /**
     * The pause after which each of so many shards may be read once more.
     *
     * @param idle the longest
     */
    static long spread(int shards, long idle) {
        return Math.min(idle, shards * SHARE);
    }
}
