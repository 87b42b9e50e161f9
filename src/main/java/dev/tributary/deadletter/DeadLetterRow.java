package dev.tributary.deadletter;

import static java.util.Objects.requireNonNull;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rows of a dead letter: a first one, whose plain attributes tell what the change is, and one or more with its
 * images. All of them are written, and removed, in one transaction; the first decides whether the change is parked.
 */
final class DeadLetterRow {

    static final String PARTITION = "partition";
    static final String POSITION = "position";
    static final String ROUTE = "route";
    static final String CHANGE = "change";
    static final String OWNER = "owner";
    static final String VERSION = "version";
    static final String CREATED_AT = "created";
    static final String PARKED_AT = "parked";
    static final String REASON = "reason";
    static final String PARTS = "parts";
    static final String AGAIN = "again";
    static final String IMAGES = "images";

    /** Leaves room for the key in a row of 400 KB. */
    static final int PART_BYTES = 350 * 1024;

    private DeadLetterRow() {}

    /** The first row, then those of the images. */
    static List<Map<String, AttributeValue>> encode(ParkedChange parked, Change change) {
        VersionStamp mark = parked.stamp();
        String item = DeadLetterPosition.item(mark.owner());
        byte[] images = Images.encode(change);
        List<Map<String, AttributeValue>> rows = new ArrayList<>();
        Map<String, AttributeValue> first =
                new HashMap<>(key(parked.route(), new DeadLetterPosition(item, mark.version())));
        rows.add(first);
        for (int from = 0; from < images.length; from += PART_BYTES) {
            byte[] part = Arrays.copyOfRange(images, from, Math.min(images.length, from + PART_BYTES));
            Map<String, AttributeValue> row =
                    new HashMap<>(imageKey(parked.route(), item, mark.version(), rows.size() - 1));
            row.put(IMAGES, AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(part)));
            rows.add(row);
        }
        first.put(ROUTE, AttributeValue.fromS(parked.route()));
        first.put(CHANGE, AttributeValue.fromS(kind(change)));
        first.put(OWNER, AttributeValue.fromS(mark.owner().encoded()));
        first.put(VERSION, AttributeValue.fromS(mark.version().encoded()));
        first.put(CREATED_AT, AttributeValue.fromS(mark.createdAt().toString()));
        first.put(PARKED_AT, AttributeValue.fromS(parked.parkedAt().toString()));
        first.put(REASON, AttributeValue.fromS(parked.reason()));
        first.put(PARTS, AttributeValue.fromN(Integer.toString(rows.size() - 1)));
        return rows;
    }

    /** Key of a first row. */
    static Map<String, AttributeValue> key(String route, DeadLetterPosition position) {
        return key(DeadLetterPosition.bucket(route, position.item()), position.encoded());
    }

    /** Key of a row of images. */
    static Map<String, AttributeValue> imageKey(String route, String item, Version version, int part) {
        return key(DeadLetterPosition.images(route, item), DeadLetterPosition.part(version, part));
    }

    static Map<String, AttributeValue> key(String partition, String position) {
        return Map.of(PARTITION, AttributeValue.fromS(partition), POSITION, AttributeValue.fromS(position));
    }

    /**
     * @throws SdkClientException if the row is no dead letter's
     */
    static DeadLetterPosition position(Map<String, AttributeValue> first) {
        AttributeValue position = first.get(POSITION);
        try {
            return DeadLetterPosition.parse(position == null || position.s() == null ? "" : position.s());
        } catch (IllegalArgumentException e) {
            throw SdkClientException.create("the table of dead letters holds a row that is none: " + e.getMessage(), e);
        }
    }

    private static ParkedChange parked(Map<String, AttributeValue> first) {
        return new ParkedChange(
                text(first, ROUTE),
                new VersionStamp(
                        new ItemKey(text(first, OWNER)),
                        new Version(text(first, VERSION)),
                        Instant.parse(text(first, CREATED_AT))),
                text(first, REASON),
                Instant.parse(text(first, PARKED_AT)));
    }

    /** Whether the row tells of its change: somebody may have made, or changed, a row by hand. */
    static boolean isWhole(Map<String, AttributeValue> first) {
        return first.keySet().containsAll(List.of(ROUTE, CHANGE, OWNER, VERSION, CREATED_AT, PARKED_AT, REASON, PARTS));
    }

    /** Reads a whole first row. */
    static DeadLetter letter(Map<String, AttributeValue> first) {
        AttributeValue again = first.get(AGAIN);
        return new DeadLetter(
                parked(first),
                text(first, CHANGE),
                Integer.parseInt(requireNonNull(first.get(PARTS)).n()),
                again == null ? 0 : Long.parseLong(again.n()));
    }

    /**
     * @param images all rows of the letter's images, in their order
     * @throws IllegalArgumentException if rows are missing or cannot be read
     */
    static Change change(DeadLetter letter, List<Map<String, AttributeValue>> images) {
        VersionStamp mark = letter.parked().stamp();
        if (images.size() != letter.parts()) {
            throw new IllegalArgumentException("Of the images of parked change "
                    + new DeadLetterPosition(letter.item(), mark.version()).encoded() + ", " + images.size() + " of "
                    + letter.parts() + " rows are there");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        images.forEach(
                row -> bytes.writeBytes(requireNonNull(row.get(IMAGES)).b().asByteArrayUnsafe()));
        return Images.decode(bytes.toByteArray(), mark);
    }

    private static String kind(Change change) {
        if (change instanceof Change.Undecoded) {
            return "UNDECODED";
        }
        if (change.before().isEmpty()) {
            return "INSERT";
        }
        return change.after().isEmpty() ? "REMOVE" : "MODIFY";
    }

    private static String text(Map<String, AttributeValue> row, String attribute) {
        return requireNonNull(row.get(attribute), attribute).s();
    }
}
