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
 * Encodes and decodes the rows of a dead letter: a first row that describes the change in plain attributes, and one or
 * more rows with its images. All rows are written, and deleted, in one transaction; a change is parked if its first row
 * exists.
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
    static final String REPLAYS = "again";
    static final String IMAGES = "images";

    /** Leaves room for the key in a row of 400 KB. */
    static final int PART_BYTES = 350 * 1024;

    private DeadLetterRow() {}

    /** Returns the first row, then the rows of the images. */
    static List<Map<String, AttributeValue>> encode(NewDeadLetter deadLetter) {
        VersionStamp stamp = deadLetter.change().stamp();
        DeadLetterPosition position = deadLetter.position();
        byte[] images = Images.encode(deadLetter.change());
        List<Map<String, AttributeValue>> rows = new ArrayList<>();
        Map<String, AttributeValue> first = new HashMap<>(key(deadLetter.route(), position));
        rows.add(first);
        for (int from = 0; from < images.length; from += PART_BYTES) {
            byte[] part = Arrays.copyOfRange(images, from, Math.min(images.length, from + PART_BYTES));
            Map<String, AttributeValue> row = new HashMap<>(imageKey(deadLetter.route(), position, rows.size() - 1));
            row.put(IMAGES, AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(part)));
            rows.add(row);
        }
        first.put(ROUTE, AttributeValue.fromS(deadLetter.route()));
        first.put(CHANGE, AttributeValue.fromS(kind(deadLetter.change())));
        first.put(OWNER, AttributeValue.fromS(stamp.owner().encoded()));
        first.put(VERSION, AttributeValue.fromS(stamp.version().encoded()));
        first.put(CREATED_AT, AttributeValue.fromS(stamp.createdAt().toString()));
        first.put(PARKED_AT, AttributeValue.fromS(deadLetter.parkedAt().toString()));
        first.put(REASON, AttributeValue.fromS(deadLetter.reason()));
        first.put(PARTS, AttributeValue.fromN(Integer.toString(rows.size() - 1)));
        return rows;
    }

    /** Key of a first row. */
    static Map<String, AttributeValue> key(String route, DeadLetterPosition position) {
        return key(DeadLetterPosition.bucket(route, position.item()), position.encoded());
    }

    /** Key of a row of images. */
    static Map<String, AttributeValue> imageKey(String route, DeadLetterPosition position, int part) {
        return key(
                DeadLetterPosition.images(route, position.item()), DeadLetterPosition.part(position.version(), part));
    }

    static Map<String, AttributeValue> key(String partition, String position) {
        return Map.of(PARTITION, AttributeValue.fromS(partition), POSITION, AttributeValue.fromS(position));
    }

    /**
     * Returns the position of a first row.
     *
     * @throws SdkClientException if the row has none
     */
    static DeadLetterPosition position(Map<String, AttributeValue> first) {
        AttributeValue position = first.get(POSITION);
        try {
            return DeadLetterPosition.parse(position == null || position.s() == null ? "" : position.s());
        } catch (IllegalArgumentException e) {
            throw SdkClientException.create(
                    "a row of the table for dead letters is not a dead letter: " + e.getMessage(), e);
        }
    }

    /** Whether a first row has all its attributes: a person may have created or edited it. */
    static boolean isComplete(Map<String, AttributeValue> first) {
        return first.keySet().containsAll(List.of(ROUTE, CHANGE, OWNER, VERSION, CREATED_AT, PARKED_AT, REASON, PARTS));
    }

    /** Decodes a complete first row. */
    static DeadLetter decode(Map<String, AttributeValue> first) {
        AttributeValue replays = first.get(REPLAYS);
        return new DeadLetter(
                text(first, ROUTE),
                new VersionStamp(
                        new ItemKey(text(first, OWNER)),
                        new Version(text(first, VERSION)),
                        Instant.parse(text(first, CREATED_AT))),
                text(first, CHANGE),
                text(first, REASON),
                Instant.parse(text(first, PARKED_AT)),
                Integer.parseInt(requireNonNull(first.get(PARTS)).n()),
                replays == null ? 0 : Long.parseLong(replays.n()));
    }

    /**
     * Decodes the change of a dead letter.
     *
     * @param images all rows of its images, in their order
     * @throws IllegalArgumentException if rows are missing or cannot be decoded
     */
    static Change change(DeadLetter deadLetter, List<Map<String, AttributeValue>> images) {
        if (images.size() != deadLetter.parts()) {
            throw new IllegalArgumentException(
                    "dead letter " + deadLetter.position().encoded() + " has " + images.size() + " rows of images, not "
                            + deadLetter.parts());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        images.forEach(
                row -> bytes.writeBytes(requireNonNull(row.get(IMAGES)).b().asByteArrayUnsafe()));
        return Images.decode(bytes.toByteArray(), deadLetter.stamp());
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
