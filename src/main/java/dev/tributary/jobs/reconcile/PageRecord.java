package dev.tributary.jobs.reconcile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.tributary.dynamo.AttributeJson;
import dev.tributary.model.Item;
import dev.tributary.model.Version;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The keys of a page, recorded before any of its rows is put. Until {@code until}, puts of the page may take effect; until
 * they are checked after that, each of them may have left a row whose item is gone.
 *
 * @param slot unique among the pages of the route that may be in flight
 * @param revision grows with each record of the slot, so that a late write of one cannot replace a newer one
 * @param version of the rows
 * @param at when it was recorded, in epoch milliseconds
 * @param until when the last put can take effect, in epoch milliseconds
 */
record PageRecord(String slot, long revision, Version version, long at, long until, List<PageKey> keys) {

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    /** The keys as gzip of JSON: {@code [{source key},{target key},…]}, in DynamoDB's typed form. */
    byte[] encodedKeys() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream compressed = new GZIPOutputStream(bytes);
                JsonGenerator json = JSON.createGenerator(compressed)) {
            json.writeStartArray();
            for (PageKey key : keys) {
                AttributeJson.write(json, key.source().attributes());
                AttributeJson.write(json, key.target().attributes());
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Parses the result of {@link #encodedKeys}.
     *
     * @throws IllegalArgumentException if the bytes are something else
     */
    static List<PageKey> decodeKeys(byte[] bytes) {
        List<PageKey> keys = new ArrayList<>();
        try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(bytes));
                JsonParser json = JSON.createParser(plain)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                Item source = new Item(AttributeJson.readAttributes(json));
                json.nextToken();
                keys.add(new PageKey(source, new Item(AttributeJson.readAttributes(json))));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the keys of a page cannot be decoded: " + e.getMessage(), e);
        }
        return keys;
    }
}
