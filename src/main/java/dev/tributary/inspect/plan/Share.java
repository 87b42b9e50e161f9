package dev.tributary.inspect.plan;

/**
 * A share of items, as a sample shows it.
 *
 * @param found items of the sample that are counted
 * @param sampled items of the sample
 * @param whole whether the sample is the whole table
 */
public record Share(long found, long sampled, boolean whole) {

    /** 95 % of a normal distribution lies within this many standard deviations. */
    private static final double Z = 1.96;

    /** The share in the sample, from 0 to 1; 0 if it is empty. */
    public double estimate() {
        return sampled == 0 ? 0 : (double) found / sampled;
    }

    /** The lowest share of the table that the sample lets expect with 95 % (Wilson's interval). */
    public double low() {
        return whole ? estimate() : Math.max(0, centre() - spread());
    }

    /** The highest one. */
    public double high() {
        return whole ? estimate() : sampled == 0 ? 1 : Math.min(1, centre() + spread());
    }

    private double centre() {
        return sampled == 0 ? 0 : (estimate() + Z * Z / (2 * sampled)) / (1 + Z * Z / sampled);
    }

    private double spread() {
        double p = estimate();
        return sampled == 0
                ? 0
                : Z / (1 + Z * Z / sampled) * Math.sqrt(p * (1 - p) / sampled + Z * Z / (4.0 * sampled * sampled));
    }
}
