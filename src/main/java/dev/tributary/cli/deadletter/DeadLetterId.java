package dev.tributary.cli.deadletter;

import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.ParkedItem;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The identifier of an item, or of one of its dead letters, on the command line. It does not contain the key.
 *
 * @param item the checksum of the item as in the log, or a prefix of its digest
 * @param sequence the sequence number of the change; empty for the item
 */
record DeadLetterId(String item, String sequence) {

    private static final String PREFIX = "item#";
    private static final int CHECKSUM_DIGITS = 8;

    /** {@code item#1a2b3c4d}, as in the log. */
    static String of(ParkedItem item) {
        return item.first()
                .map(first -> first.stamp().owner().toString())
                .orElseGet(() -> PREFIX + item.item().substring(0, 2 * CHECKSUM_DIGITS));
    }

    /** {@code 1a2b3c4d/300000000000000000001}. */
    static String of(DeadLetter deadLetter) {
        return deadLetter.stamp().owner().toString().substring(PREFIX.length()) + "/" + sequence(deadLetter);
    }

    boolean matches(ParkedItem parked) {
        return parked.item().startsWith(item)
                || parked.first()
                        .filter(first -> first.stamp().owner().toString().equals(PREFIX + item))
                        .isPresent();
    }

    boolean matches(DeadLetter deadLetter) {
        return sequence(deadLetter).equals(sequence);
    }

    /** The sequence number without its leading zeros. */
    private static String sequence(DeadLetter deadLetter) {
        String version = deadLetter.stamp().version().encoded();
        return version.substring(version.lastIndexOf('#') + 1).replaceFirst("^0+(?=.)", "");
    }

    private static DeadLetterId parse(String text, boolean change) {
        String plain = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
        int slash = plain.indexOf('/');
        String item = slash < 0 ? plain : plain.substring(0, slash);
        String sequence = slash < 0 ? "" : plain.substring(slash + 1);
        boolean digits = item.length() >= CHECKSUM_DIGITS && item.chars().allMatch(c -> Character.digit(c, 16) >= 0);
        if (!digits || change == sequence.isEmpty()) {
            throw new TypeConversionException("expected "
                    + (change ? "<item>/<sequence number>, such as 1a2b3c4d/300000000000000000001" : "item#1a2b3c4d")
                    + ", as `dead-letters list` prints it, not '" + text + "'");
        }
        return new DeadLetterId(item, sequence);
    }

    /** Parses the identifier of an item. */
    static final class OfItem implements ITypeConverter<DeadLetterId> {
        @Override
        public DeadLetterId convert(String text) {
            return parse(text, false);
        }
    }

    /** Parses the identifier of a change. */
    static final class OfChange implements ITypeConverter<DeadLetterId> {
        @Override
        public DeadLetterId convert(String text) {
            return parse(text, true);
        }
    }
}
