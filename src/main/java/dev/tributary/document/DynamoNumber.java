package dev.tributary.document;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A number as DynamoDB has it: decimal, at most 38 significant digits, zero or a magnitude from 1E-130 to 9.99…E+125.
 *
 * @param text the one text of this value, without exponent: what DynamoDB returns for it, and streams
 * @param bytes of an item's size, by the rule that {@link dev.tributary.model.ItemSize} follows
 */
public record DynamoNumber(String text, int bytes) {

    /** The grammar of JSON, and leading zeros: people write them in strings, and DynamoDB drops them as well. */
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,9})?");

    private static final int MAX_DIGITS = 38;
    private static final int MIN_EXPONENT = -130;
    private static final int MAX_EXPONENT = 125;

    /** Far above what the longest number needs, and short enough to parse at no cost. */
    private static final int MAX_CHARACTERS = 1000;

    /** The text is no number, or none that DynamoDB can hold; the message says which. */
    public static final class OutOfRangeException extends Exception {
        OutOfRangeException(String message) {
            super(message, null, false, false);
        }
    }

    /** The {@link #text} of the value that this text has. */
    public static String canonical(String text) throws OutOfRangeException {
        return of(text).text();
    }

    static DynamoNumber of(String text) throws OutOfRangeException {
        if (isShortCount(text)) {
            return new DynamoNumber(text, bytes(significantDigits(text), false));
        }
        if (text.length() > MAX_CHARACTERS) {
            throw new OutOfRangeException("expected a number of at most " + MAX_CHARACTERS + " characters");
        }
        if (!DECIMAL.matcher(text).matches()) {
            throw new OutOfRangeException("expected a number");
        }
        BigDecimal value = new BigDecimal(text).stripTrailingZeros();
        if (value.signum() == 0) {
            return new DynamoNumber("0", bytes(1, false));
        }
        if (value.precision() > MAX_DIGITS) {
            throw new OutOfRangeException("expected a number of at most %d significant digits".formatted(MAX_DIGITS));
        }
        long exponent = (long) value.precision() - value.scale() - 1;
        if (exponent < MIN_EXPONENT || exponent > MAX_EXPONENT) {
            throw new OutOfRangeException("expected 0 or a number whose magnitude is between 1E%d and 9.99E+%d"
                    .formatted(MIN_EXPONENT, MAX_EXPONENT));
        }
        return new DynamoNumber(value.toPlainString(), bytes(value.precision(), value.signum() < 0));
    }

    /** A byte for two significant digits, one more for all, and one for the sign. */
    private static int bytes(int digits, boolean negative) {
        return (digits + 1) / 2 + 1 + (negative ? 1 : 0);
    }

    /** What most numbers are: digits that are canonical as they stand. */
    private static boolean isShortCount(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS || text.charAt(0) == '0') {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static int significantDigits(String count) {
        int digits = count.length();
        while (count.charAt(digits - 1) == '0') {
            digits--;
        }
        return digits;
    }
}
