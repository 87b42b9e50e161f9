package dev.tributary.model;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A number in DynamoDB: decimal, at most 38 significant digits, zero or a magnitude from 1E-130 to 9.99…E+125.
 *
 * @param text the canonical text, without exponent, which DynamoDB returns for this value
 * @param bytes of the number in an item; see {@link ItemSize}
 */
public record DynamoNumber(String text, int bytes) {

    /** The grammar of JSON with leading zeros, which occur in strings; DynamoDB drops them. */
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,9})?");

    private static final int MAX_DIGITS = 38;
    private static final int MIN_EXPONENT = -130;
    private static final int MAX_EXPONENT = 125;

    /** More than any valid number needs; bounds the cost of parsing. */
    private static final int MAX_CHARACTERS = 1000;

    /** The text is not a number, or not one that DynamoDB can hold; the message describes which. */
    public static final class OutOfRangeException extends Exception {
        OutOfRangeException(String message) {
            super(message, null, false, false);
        }
    }

    /** The canonical {@link #text} of a number. */
    public static String canonical(String text) throws OutOfRangeException {
        return of(text).text();
    }

    /** Reads a number. */
    public static DynamoNumber of(String text) throws OutOfRangeException {
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

    /** The bytes of a number that DynamoDB holds. */
    static int bytes(String text) {
        if (isShortCount(text)) {
            return bytes(significantDigits(text), false);
        }
        BigDecimal value = new BigDecimal(text).stripTrailingZeros();
        return bytes(value.precision(), value.signum() < 0);
    }

    /** A byte for every two significant digits, one for the number, and one for a minus sign. */
    private static int bytes(int digits, boolean negative) {
        return (digits + 1) / 2 + 1 + (negative ? 1 : 0);
    }

    /** Whether the text is canonical and a whole number above 0, as most numbers are. */
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
