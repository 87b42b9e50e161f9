package dev.tributary.ingest;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * Numbers as DynamoDB has them: decimal, at most 38 significant digits, zero or a magnitude from 1E-130 to
 * 9.99…E+125.
 */
final class DynamoNumber {

    /** The grammar of JSON, and leading zeros: people write them in strings, and DynamoDB drops them as well. */
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,9})?");

    private static final int MAX_DIGITS = 38;
    private static final int MIN_EXPONENT = -130;
    private static final int MAX_EXPONENT = 125;

    /** Far above what the longest number needs, and short enough to parse at no cost. */
    private static final int MAX_CHARACTERS = 1000;

    private DynamoNumber() {}

    /** The text is no number, or none that DynamoDB can hold; the message says which. */
    static final class OutOfRangeException extends Exception {
        OutOfRangeException(String message) {
            super(message, null, false, false);
        }
    }

    /** The one text of this value, without exponent: what DynamoDB returns for it, and streams. */
    static String canonical(String text) throws OutOfRangeException {
        if (text.length() > MAX_CHARACTERS) {
            throw new OutOfRangeException("expected a number of at most " + MAX_CHARACTERS + " characters");
        }
        if (!DECIMAL.matcher(text).matches()) {
            throw new OutOfRangeException("expected a number");
        }
        BigDecimal value = new BigDecimal(text).stripTrailingZeros();
        if (value.signum() == 0) {
            return "0";
        }
        if (value.precision() > MAX_DIGITS) {
            throw new OutOfRangeException("expected a number of at most %d significant digits".formatted(MAX_DIGITS));
        }
        long exponent = (long) value.precision() - value.scale() - 1;
        if (exponent < MIN_EXPONENT || exponent > MAX_EXPONENT) {
            throw new OutOfRangeException("expected 0 or a number whose magnitude is between 1E%d and 9.99E+%d"
                    .formatted(MIN_EXPONENT, MAX_EXPONENT));
        }
        return value.toPlainString();
    }
}
