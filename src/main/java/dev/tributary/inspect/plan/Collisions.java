package dev.tributary.inspect.plan;

import java.util.List;

/**
 * The target keys that several items of a sample have.
 *
 * @param possible whether two items can have one target key at all
 * @param items number of items with a row in the sample
 * @param keys number of different target keys in the sample
 * @param pairs number of pairs of items with one target key
 * @param whole whether the sample is the whole table
 * @param examples some of them
 */
public record Collisions(boolean possible, long items, long keys, long pairs, boolean whole, List<Example> examples) {

    /** Events that are expected at most, with 95 %, if none was seen. */
    private static final double NONE_SEEN = 3;

    /**
     * A target key that several items have.
     *
     * @param key of the row
     * @param sources keys of some of the items
     * @param number of the items
     */
    public record Example(String key, List<String> sources, int number) {}

    /** Items of the sample whose row another item of the sample has. */
    public long losers() {
        return items - keys;
    }

    /**
     * The number of pairs of items of the table with one target key. Each pair is in the sample with the square of the
     * sample's share.
     *
     * @param total items of the table that have a row
     */
    public double pairsOf(double total) {
        return whole ? pairs : items < 2 ? 0 : scale(total) * pairs;
    }

    /** The number of pairs that the sample does not exclude if it has none. */
    public double unseenPairsOf(double total) {
        return whole || !possible ? 0 : items < 2 ? total * (total - 1) / 2 : scale(total) * NONE_SEEN;
    }

    private double scale(double total) {
        return total * Math.max(1, total - 1) / ((double) items * (items - 1));
    }

    /**
     * The number of different keys among which the items would be spread if each were as frequent: the inverse of the
     * probability that two items have one key (Simpson's index). It is a lower bound of the number of keys; 0 if no pair was seen.
     */
    public double effectiveKeys() {
        return pairs == 0 ? 0 : (double) items * (items - 1) / (2.0 * pairs);
    }
}
