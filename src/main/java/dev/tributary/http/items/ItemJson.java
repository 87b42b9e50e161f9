package dev.tributary.http.items;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Items as JSON, in the form of requests: numbers with all their digits, binary in base64, sets as arrays. A resource that
 * declares the types of binary and sets reads the same item from it.
 */
public final class ItemJson {

    private static final JsonFactory JSON = new JsonFactory();

    private ItemJson() {}

    public static String of(Map<String, AttributeValue> item) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            write(item, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Items as a JSON array. */
    public static String of(List<Map<String, AttributeValue>> items) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (Map<String, AttributeValue> item : items) {
                write(item, json);
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(Map<String, AttributeValue> map, JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, AttributeValue> member : map.entrySet()) {
            json.writeFieldName(member.getKey());
            write(member.getValue(), json);
        }
        json.writeEndObject();
    }

    private static void write(AttributeValue value, JsonGenerator json) throws IOException {
        switch (value.type()) {
            case S -> json.writeString(value.s());
            case N -> json.writeNumber(value.n());
            case B -> json.writeString(base64(value.b()));
            case BOOL -> json.writeBoolean(value.bool());
            case NUL -> json.writeNull();
            case M -> write(value.m(), json);
            case L -> {
                json.writeStartArray();
                for (AttributeValue element : value.l()) {
                    write(element, json);
                }
                json.writeEndArray();
            }
            case SS ->
                json.writeArray(value.ss().toArray(String[]::new), 0, value.ss().size());
            case NS -> {
                json.writeStartArray();
                for (String number : value.ns()) {
                    json.writeNumber(number);
                }
                json.writeEndArray();
            }
            case BS -> {
                json.writeStartArray();
                for (SdkBytes bytes : value.bs()) {
                    json.writeString(base64(bytes));
                }
                json.writeEndArray();
            }
            case UNKNOWN_TO_SDK_VERSION ->
                throw new IOException("a value of a type unknown to this version of the SDK");
        }
    }

    private static String base64(SdkBytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
    }
}
