package dev.tributary.deadletter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.tributary.dynamo.AttributeJson;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.VersionStamp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a change as compressed bytes: gzip of {@code {"before":{…},"after":{…}}} in DynamoDB's typed JSON, or of {@code
 * {"record":"…","undecoded":"…"}} for a record that could not be decoded, with the reason.
 */
final class Images {

    private static final String BEFORE = "before";
    private static final String AFTER = "after";
    private static final String RECORD = "record";
    private static final String UNDECODED = "undecoded";

    /** Reads everything that DynamoDB stores, also names of 64 KB. Escapes preserve text that is not valid UTF-16. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private Images() {}

    static byte[] encode(Change change) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream compressed = new GZIPOutputStream(bytes);
                JsonGenerator json = JSON.createGenerator(compressed)) {
            json.writeStartObject();
            if (change instanceof Change.Undecoded undecoded) {
                json.writeStringField(RECORD, undecoded.record());
                json.writeStringField(UNDECODED, undecoded.reason());
            }
            write(json, BEFORE, change.before());
            write(json, AFTER, change.after());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, String name, Optional<Item> image) throws IOException {
        if (image.isPresent()) {
            AttributeJson.writeField(json, name, image.get().attributes());
        }
    }

    /**
     * @param stamp the version stamp of the change
     * @throws IllegalArgumentException if the bytes are not what {@link #encode} makes
     */
    static Change decode(byte[] bytes, VersionStamp stamp) {
        Item before = null;
        Item after = null;
        String record = null;
        String reason = "";
        try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(bytes));
                JsonParser json = JSON.createParser(plain)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case BEFORE -> before = new Item(AttributeJson.readAttributes(json));
                    case AFTER -> after = new Item(AttributeJson.readAttributes(json));
                    case RECORD -> record = json.getText();
                    case UNDECODED -> reason = json.getText();
                    default -> throw new IOException("unexpected field " + name);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the images of a dead letter cannot be decoded: " + e.getMessage(), e);
        }
        return record == null ? change(stamp, before, after) : new Change.Undecoded(stamp, reason, record);
    }

    private static Change change(VersionStamp stamp, @Nullable Item before, @Nullable Item after) {
        if (before != null) {
            return after == null ? new Change.Remove(stamp, before) : new Change.Modify(stamp, before, after);
        }
        if (after != null) {
            return new Change.Insert(stamp, after);
        }
        throw new IllegalArgumentException("a dead letter has neither image");
    }
}
