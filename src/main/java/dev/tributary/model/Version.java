package dev.tributary.model;

/**
 * Position of a change in the history of its item: epoch, then sequence number.
 *
 * <p>Sequence numbers are decimal strings of 21 to 40 digits that grow per item; they are padded to 40 digits so that
 * the text compares as the number does (a DynamoDB number holds 38 digits only). The epoch is the ISO time at which
 * the source began to read the stream; it orders all changes of a stream after those of the stream before it.
 *
 * <p>A row that a job has repaired has the {@link #successor} of the version that it had.
 *
 * @param encoded {@code <epoch>#<40 digits>}, and a {@code +} for each repair of the row
 */
public record Version(String encoded) implements Comparable<Version> {

    private static final int DIGITS = 40;

    private static final String BEFORE_ALL = '#' + "0".repeat(DIGITS);

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

    /** The version before every change of the epoch and after every change of earlier epochs. */
    public static Version beforeAllOf(String epoch) {
        return of(epoch, "0");
    }

    /** Whether all rows of an item with this version are equal. Before all changes an item may have had any state. */
    public boolean isOfOneChange() {
        return !encoded.endsWith(BEFORE_ALL);
    }

    /** A version after this one and before every later change of the item. */
    public Version successor() {
        return new Version(encoded + '+');
    }

    /** After this version and all its successors, and before every later change of the item. */
    public Version withSuccessors() {
        return new Version(encoded + '~');
    }

    @Override
    public int compareTo(Version other) {
        return encoded.compareTo(other.encoded);
    }
}
