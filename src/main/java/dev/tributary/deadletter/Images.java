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
 * What a change consists of as compressed bytes: gzip of {@code {"before":{…},"after":{…}}} in typed JSON, or of {@code
 * {"record":"…","undecoded":"…"}} for a record that could not be decoded, and why.
 */
final class Images {

    private static final String BEFORE = "before";
    private static final String AFTER = "after";
    private static final String RECORD = "record";
    private static final String UNDECODED = "undecoded";

    /** Whatever DynamoDB takes is read back, names of 64 KB too. Escapes keep also text that is not valid UTF-16. */
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
            json.writeFieldName(name);
            AttributeJson.write(json, image.get().attributes());
        }
    }

    /**
     * @param mark of the change
     * @throws IllegalArgumentException if the bytes are not what {@link #encode} makes
     */
    static Change decode(byte[] bytes, VersionStamp mark) {
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
                    default -> throw new IOException("no field of a parked change is called " + name);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("The images of a parked change cannot be read: " + e.getMessage(), e);
        }
        return record == null ? change(mark, before, after) : new Change.Undecoded(mark, reason, record);
    }

    private static Change change(VersionStamp mark, @Nullable Item before, @Nullable Item after) {
        if (before != null) {
            return after == null ? new Change.Remove(mark, before) : new Change.Modify(mark, before, after);
        }
        if (after != null) {
            return new Change.Insert(mark, after);
        }
        throw new IllegalArgumentException("A parked change has neither image");
    }
}
