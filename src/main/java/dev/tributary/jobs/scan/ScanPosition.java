package dev.tributary.jobs.scan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tributary.dynamo.AttributeJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The position of a scan in each segment of a table. With a recorded position another process can continue the scan. The
 * number of segments is part of it, because each number divides a table in another way.
 *
 * @param segments all segments, in the order of their numbers
 */
public record ScanPosition(List<SegmentPosition> segments) {

    private static final JsonFactory JSON = new JsonFactory();

    /** Copies the list. */
    public ScanPosition {
        segments = List.copyOf(segments);
    }

    /** The start of a scan with this number of segments. */
    public static ScanPosition start(int segments) {
        if (segments < 1) {
            throw new IllegalArgumentException("A scan has at least 1 segment, not " + segments);
        }
        return new ScanPosition(
                IntStream.range(0, segments).mapToObj(SegmentPosition::start).toList());
    }

    /** This position with a new position in one segment. */
    public ScanPosition with(SegmentPosition changed) {
        List<SegmentPosition> copy = new ArrayList<>(segments);
        copy.set(changed.segment(), changed);
        return new ScanPosition(copy);
    }

    /** Whether every segment has been read to its end. */
    public boolean finished() {
        return segments.stream().allMatch(SegmentPosition::finished);
    }

    /**
     * This position as text: a JSON array with the last key of each segment, {@code null} at its end. It contains keys of
     * items, and so must not be logged.
     */
    public String encoded() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (SegmentPosition segment : segments) {
                if (segment.finished()) {
                    json.writeNull();
                } else {
                    AttributeJson.write(json, segment.after());
                }
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter does not throw it
        }
        return text.toString();
    }

    /**
     * Parses the result of {@link #encoded}.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static ScanPosition decode(String text) {
        List<SegmentPosition> segments = new ArrayList<>();
        try (JsonParser json = JSON.createParser(text)) {
            boolean array = json.nextToken() == JsonToken.START_ARRAY;
            for (JsonToken next = json.nextToken(); array && next != JsonToken.END_ARRAY; next = json.nextToken()) {
                segments.add(
                        switch (next) {
                            case VALUE_NULL -> new SegmentPosition(segments.size(), Map.of(), true);
                            case START_OBJECT ->
                                new SegmentPosition(segments.size(), AttributeJson.readAttributes(json), false);
                            default -> throw new IOException("unexpected " + next);
                        });
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("This is no recorded position of a scan", e);
        }
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("This is no recorded position of a scan: it has no segments");
        }
        return new ScanPosition(segments);
    }
}
