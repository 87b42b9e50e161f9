package dev.tributary.deadletter;

import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Sort key of a dead letter: all changes of an item stand together, in the order of their versions, and the parts of a
 * change in theirs.
 *
 * <p>{@code <item>#<version>#<part>}. The item is a digest, because a key of DynamoDB may be longer than a sort key, and
 * hold any character.
 *
 * @param item from {@link #item}
 * @param part from 0
 */
record Position(String item, Version version, int part) {

    private static final String SEPARATOR = "#";

    /** Greater than any position. */
    static final String END = "~";

    /** SHA-256 of the encoded key, in hexadecimal. */
    static String item(ItemKey key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(key.encoded().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** What all positions of the item start with, and no others. */
    static String prefix(String item) {
        return item + SEPARATOR;
    }

    /** What all parts of the change start with, and no others. */
    static String prefix(String item, Version version) {
        return prefix(item) + version.encoded() + SEPARATOR;
    }

    /** Greater than all positions of the item, and not than those of the next. */
    static String end(String item) {
        return item + "$";
    }

    /** Greater than all parts of the change, and not than those of the next. */
    static String end(String item, Version version) {
        return prefix(item, version) + END;
    }

    /**
     * @throws IllegalArgumentException if the text is no position
     */
    static Position parse(String encoded) {
        int first = encoded.indexOf(SEPARATOR);
        int last = encoded.lastIndexOf(SEPARATOR);
        if (first < 0 || first == last) {
            throw new IllegalArgumentException("A position is <item>#<version>#<part>, not " + encoded);
        }
        return new Position(
                encoded.substring(0, first),
                new Version(encoded.substring(first + 1, last)),
                Integer.parseInt(encoded.substring(last + 1)));
    }

    String encoded() {
        return prefix(item, version) + "%02d".formatted(part);
    }
}
