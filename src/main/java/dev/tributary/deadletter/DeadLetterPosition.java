package dev.tributary.deadletter;

import dev.tributary.model.ItemKey;
import dev.tributary.model.Sha256;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The position of a dead letter in its table.
 *
 * <p>The first row, without images, is in one of {@link #BUCKETS} partitions of the route, {@code <route>#<bucket>}, with
 * sort key {@code <item>#<version>}. So the dead letters of an item are adjacent and ordered by version, and a list of
 * the parked items reads few bytes. Images are in a partition of the item, {@code <route>#<item>}, with sort key {@code
 * <version>#<part>}, so they share no partition with the images of other items.
 *
 * <p>The item is a digest, because the key of an item may be longer than a sort key. The bucket is the first digit of
 * the digest, so one order of items spans all buckets.
 *
 * @param item from {@link #item}
 */
record DeadLetterPosition(String item, Version version) {

    /** Few enough to be queried one by one when a process starts, and enough to park 8,000 changes a second. */
    static final int BUCKETS = 16;

    private static final String SEPARATOR = "#";

    /** A lower bound of all positions. */
    static final String START = "0";

    /** An upper bound of all positions. */
    static final String END = "~";

    /** The position of the dead letter of a change. */
    static DeadLetterPosition of(VersionStamp stamp) {
        return new DeadLetterPosition(item(stamp.owner()), stamp.version());
    }

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

    /** The sort key of one row of images. */
    static String part(Version version, int part) {
        return parts(version) + "%02d".formatted(part);
    }

    /** The common prefix of the sort keys of one version's images, and of no other sort keys. */
    static String parts(Version version) {
        return version.encoded() + SEPARATOR;
    }

    /** The common prefix of all positions of the item, and of no other positions. */
    static String prefix(String item) {
        return item + SEPARATOR;
    }

    /** Between the positions of the item and those of the next item. */
    static String end(String item) {
        return item + "$";
    }

    /**
     * @throws IllegalArgumentException if the text is not a position
     */
    static DeadLetterPosition parse(String encoded) {
        int separator = encoded.indexOf(SEPARATOR);
        if (separator < 1 || separator == encoded.length() - 1) {
            throw new IllegalArgumentException("expected a position <item>#<version>, found " + encoded);
        }
        return new DeadLetterPosition(encoded.substring(0, separator), new Version(encoded.substring(separator + 1)));
    }

    String encoded() {
        return prefix(item) + version.encoded();
    }
}
