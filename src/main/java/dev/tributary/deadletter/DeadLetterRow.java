package dev.tributary.deadletter;

import static java.util.Objects.requireNonNull;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Mark;
import dev.tributary.model.Version;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How a dead letter lies in its table: one row, or several where the images are too large for one. The first tells in
 * plain attributes what the change is; all hold a part of the images.
 */
final class DeadLetterRow {

    static final String ROUTE = "route";
    static final String POSITION = "position";
    static final String CHANGE = "change";
    static final String OWNER = "owner";
    static final String VERSION = "version";
    static final String CREATED_AT = "created";
    static final String PARKED_AT = "parked";
    static final String REASON = "reason";
    static final String PARTS = "parts";
    static final String AGAIN = "again";
    static final String IMAGES = "images";

    /** Leaves room for the plain attributes in a row of 400 KB. */
    static final int PART_BYTES = 350 * 1024;

    private DeadLetterRow() {}

    static List<Map<String, AttributeValue>> encode(ParkedChange parked, Change change) {
        byte[] images = Images.encode(change);
        String item = Position.item(parked.mark().owner());
        List<Map<String, AttributeValue>> rows = new ArrayList<>();
        for (int from = 0; from < images.length; from += PART_BYTES) {
            byte[] part = Arrays.copyOfRange(images, from, Math.min(images.length, from + PART_BYTES));
            Map<String, AttributeValue> row = new HashMap<>();
            row.put(ROUTE, AttributeValue.fromS(parked.route()));
            row.put(
                    POSITION,
                    AttributeValue.fromS(new Position(item, parked.mark().version(), rows.size()).encoded()));
            row.put(IMAGES, AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(part)));
            rows.add(row);
        }
        Map<String, AttributeValue> first = rows.get(0);
        first.put(CHANGE, AttributeValue.fromS(kind(change)));
        first.put(OWNER, AttributeValue.fromS(parked.mark().owner().encoded()));
        first.put(VERSION, AttributeValue.fromS(parked.mark().version().encoded()));
        first.put(CREATED_AT, AttributeValue.fromS(parked.mark().createdAt().toString()));
        first.put(PARKED_AT, AttributeValue.fromS(parked.parkedAt().toString()));
        first.put(REASON, AttributeValue.fromS(parked.reason()));
        first.put(PARTS, AttributeValue.fromN(Integer.toString(rows.size())));
        return rows;
    }

    private static ParkedChange parked(Map<String, AttributeValue> first) {
        return new ParkedChange(
                text(first, ROUTE),
                new Mark(
                        new ItemKey(text(first, OWNER)),
                        new Version(text(first, VERSION)),
                        Instant.parse(text(first, CREATED_AT))),
                text(first, REASON),
                Instant.parse(text(first, PARKED_AT)));
    }

    /** Whether the row is the first of its change, which tells of it. */
    static boolean isFirst(Map<String, AttributeValue> row) {
        return row.containsKey(REASON);
    }

    /** Reads a first row, without the images. */
    static Letter letter(Map<String, AttributeValue> first) {
        AttributeValue again = first.get(AGAIN);
        return new Letter(
                parked(first),
                text(first, CHANGE),
                Integer.parseInt(requireNonNull(first.get(PARTS)).n()),
                again == null ? 0 : Long.parseLong(again.n()));
    }

    /**
     * @param rows all rows of one change, in their order
     * @throws IllegalArgumentException if rows are missing or cannot be read
     */
    static Change change(List<Map<String, AttributeValue>> rows) {
        Map<String, AttributeValue> first = rows.get(0);
        if (!first.containsKey(PARTS)
                || Integer.parseInt(requireNonNull(first.get(PARTS)).n()) != rows.size()) {
            throw new IllegalArgumentException("Rows of the parked change " + text(first, POSITION) + " are missing");
        }
        ByteArrayOutputStream images = new ByteArrayOutputStream();
        rows.forEach(
                row -> images.writeBytes(requireNonNull(row.get(IMAGES)).b().asByteArrayUnsafe()));
        return Images.decode(images.toByteArray(), parked(first).mark());
    }

    private static String kind(Change change) {
        if (change.before().isEmpty()) {
            return "INSERT";
        }
        return change.after().isEmpty() ? "REMOVE" : "MODIFY";
    }

    private static String text(Map<String, AttributeValue> row, String attribute) {
        return requireNonNull(row.get(attribute), attribute).s();
    }
}
