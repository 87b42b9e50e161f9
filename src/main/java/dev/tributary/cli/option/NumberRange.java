package dev.tributary.cli.option;

import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The numbers that an option takes.
 *
 * @param least {@link Double#MIN_VALUE} for whatever is more than 0
 * @param most infinite for any
 */
public record NumberRange(double least, double most) {

    public static final NumberRange NOT_NEGATIVE = atLeast(0);
    public static final NumberRange POSITIVE = atLeast(Double.MIN_VALUE);

    public static NumberRange atLeast(double least) {
        return new NumberRange(least, Double.POSITIVE_INFINITY);
    }

    /**
     * Checks what an option was given.
     *
     * @param spec of the command that has the option
     * @throws ParameterException if the number is not in the range, or is NaN
     */
    public void check(CommandSpec spec, String option, double value) {
        if (!(value >= least && value <= most)) {
            throw new ParameterException(spec.commandLine(), option + " " + text(value) + ": expected " + this);
        }
    }

    private static String text(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
    }

    @Override
    public String toString() {
        if (most < Double.POSITIVE_INFINITY) {
            return String.format(Locale.ROOT, "%,.0f to %,.0f", least, most);
        }
        return least == Double.MIN_VALUE ? "more than 0" : String.format(Locale.ROOT, "%,.0f or more", least);
    }
}
