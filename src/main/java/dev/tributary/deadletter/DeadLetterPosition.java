package dev.tributary.deadletter;

import dev.tributary.model.ItemKey;
import dev.tributary.model.Sha256;
import dev.tributary.model.Version;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the rows of a dead letter are in their table.
 *
 * <p>The first row, without images, is in one of {@link #BUCKETS} partitions of the route, {@code <route>#<bucket>},
 * with sort key {@code <item>#<version>}: all changes of an item together, in the order of their versions, and few bytes to
 * read for who is parked. Images are in a partition of the item, {@code <route>#<item>}, with sort key {@code
 * <version>#<part>}, so they share no partition with those of other items.
 *
 * <p>The item is a digest, because a key of DynamoDB may be longer than a sort key, and hold any character. The bucket is
 * its first digit, so items are in one order over all buckets.
 *
 * @param item from {@link #item}
 */
record DeadLetterPosition(String item, Version version) {

    /** Few enough to be queried one by one when a process starts, and enough for 8,000 parked changes a second. */
    static final int BUCKETS = 16;

    private static final String SEPARATOR = "#";

    /** Not greater than any position. */
    static final String START = "0";

    /** Greater than any position. */
    static final String END = "~";

    /** SHA-256 of the encoded key, in hexadecimal. */
    static String item(ItemKey key) {
        return HexFormat.of().formatHex(Sha256.of(key.encoded().getBytes(StandardCharsets.UTF_8)));
    }

    /** The partitions with the first rows of a route, by the number of the bucket. */
    static List<String> buckets(String route) {
        return IntStream.range(0, BUCKETS)
                .mapToObj(bucket -> route + SEPARATOR + Integer.toHexString(bucket))
                .toList();
    }

    /** The number of the item's bucket. */
    static int bucket(String item) {
        return Character.digit(item.charAt(0), BUCKETS);
    }

    /** The partition with the first rows of the item. */
    static String bucket(String route, String item) {
        return route + SEPARATOR + item.charAt(0);
    }

    /** The partition with the images of an item. */
    static String images(String route, String item) {
        return route + SEPARATOR + item;
    }

    /** Sort key of one row of images. */
    static String part(Version version, int part) {
        return parts(version) + "%02d".formatted(part);
    }

    /** What all sort keys of one version's images start with, and no others. */
    static String parts(Version version) {
        return version.encoded() + SEPARATOR;
    }

    /** What all positions of the item start with, and no others. */
    static String prefix(String item) {
        return item + SEPARATOR;
    }

    /** Greater than all positions of the item, and not than those of the next. */
    static String end(String item) {
        return item + "$";
    }

    /**
     * @throws IllegalArgumentException if the text is no position
     */
    static DeadLetterPosition parse(String encoded) {
        int separator = encoded.indexOf(SEPARATOR);
        if (separator < 1 || separator == encoded.length() - 1) {
            throw new IllegalArgumentException("A position is <item>#<version>, not " + encoded);
        }
        return new DeadLetterPosition(encoded.substring(0, separator), new Version(encoded.substring(separator + 1)));
    }

    String encoded() {
        return prefix(item) + version.encoded();
    }
}
