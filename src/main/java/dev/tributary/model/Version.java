package dev.tributary.model;

/**
 * Position of a change in the history of its item: epoch, then sequence number.
 *
 * <p>Sequence numbers are decimal strings of 21 to 40 digits that grow per item; they are padded to 40 digits so that
 * the text compares as the number does (a DynamoDB number holds 38 digits only). The epoch is the ISO time at which
 * the source began to read the stream; it orders all changes of a stream after those of the stream before it.
 *
 * @param encoded {@code <epoch>#<40 digits>}
 */
public record Version(String encoded) implements Comparable<Version> {

    private static final int DIGITS = 40;

    /**
     * The version of a stream record.
     *
     * @throws IllegalArgumentException if the sequence number is not 1 to 40 decimal digits
     */
    public static Version of(String epoch, String sequenceNumber) {
        int length = sequenceNumber.length();
        if (length == 0 || length > DIGITS || !sequenceNumber.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("A sequence number has 1 to 40 digits, not: " + sequenceNumber);
        }
        return new Version(epoch + '#' + "0".repeat(DIGITS - length) + sequenceNumber);
    }

    @Override
    public int compareTo(Version other) {
        return encoded.compareTo(other.encoded);
    }
}
