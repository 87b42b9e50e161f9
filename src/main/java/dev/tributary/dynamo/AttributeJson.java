package dev.tributary.dynamo;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads and writes attribute values as DynamoDB's typed JSON, {@code {"N":"11208"}}: exact for all ten types, numbers as
 * text.
 */
public final class AttributeJson {

    private AttributeJson() {}

    /** Writes an object in a field of this name. */
    public static void writeField(JsonGenerator json, String name, Map<String, AttributeValue> attributes)
            throws IOException {
        json.writeFieldName(name);
        write(json, attributes);
    }

    /** Writes an object. */
    public static void write(JsonGenerator json, Map<String, AttributeValue> attributes) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
            json.writeFieldName(attribute.getKey());
            write(json, attribute.getValue());
        }
        json.writeEndObject();
    }

    /** Writes a value. */
    public static void write(JsonGenerator json, AttributeValue value) throws IOException {
        json.writeStartObject();
        switch (value.type()) {
            case S -> json.writeStringField("S", value.s());
            case N -> json.writeStringField("N", value.n());
            case B -> json.writeBinaryField("B", value.b().asByteArrayUnsafe());
            case BOOL -> json.writeBooleanField("BOOL", value.bool());
            case NUL -> json.writeBooleanField("NULL", value.nul());
            case SS -> writeTexts(json, "SS", value.ss());
            case NS -> writeTexts(json, "NS", value.ns());
            case BS -> {
                json.writeArrayFieldStart("BS");
                for (SdkBytes bytes : value.bs()) {
                    json.writeBinary(bytes.asByteArrayUnsafe());
                }
                json.writeEndArray();
            }
            case L -> {
                json.writeArrayFieldStart("L");
                for (AttributeValue element : value.l()) {
                    write(json, element);
                }
                json.writeEndArray();
            }
            case M -> writeField(json, "M", value.m());
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalArgumentException("the attribute value has no type");
        }
        json.writeEndObject();
    }

    private static void writeTexts(JsonGenerator json, String type, List<String> texts) throws IOException {
        json.writeArrayFieldStart(type);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** Reads an object. Its start is the current token before, and its end the current token after. */
    public static Map<String, AttributeValue> readAttributes(JsonParser json) throws IOException {
        Map<String, AttributeValue> attributes = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            attributes.put(name, readValue(json));
        }
        return attributes;
    }

    private static AttributeValue readValue(JsonParser json) throws IOException {
        require(json, JsonToken.START_OBJECT, "an object with the type of an attribute value");
        String type = json.nextFieldName();
        json.nextToken();
        AttributeValue value =
                switch (String.valueOf(type)) {
                    case "S" -> AttributeValue.fromS(readText(json));
                    case "N" -> AttributeValue.fromN(readText(json));
                    case "B" -> AttributeValue.fromB(readBytes(json));
                    case "BOOL" -> AttributeValue.fromBool(json.getBooleanValue());
                    case "NULL" -> AttributeValue.fromNul(json.getBooleanValue());
                    case "SS" -> AttributeValue.fromSs(readList(json, AttributeJson::readText));
                    case "NS" -> AttributeValue.fromNs(readList(json, AttributeJson::readText));
                    case "BS" -> AttributeValue.fromBs(readList(json, AttributeJson::readBytes));
                    case "L" -> AttributeValue.fromL(readList(json, AttributeJson::readValue));
                    case "M" -> AttributeValue.fromM(readMap(json));
                    default -> throw new IOException("unknown attribute type " + type);
                };
        json.nextToken();
        require(json, JsonToken.END_OBJECT, "one type in an attribute value");
        return value;
    }

    private static void require(JsonParser json, JsonToken token, String expected) throws IOException {
        if (json.currentToken() != token) {
            throw new IOException("expected %s; found %s".formatted(expected, json.currentToken()));
        }
    }

    private static Map<String, AttributeValue> readMap(JsonParser json) throws IOException {
        require(json, JsonToken.START_OBJECT, "an object as the value of M");
        return readAttributes(json);
    }

    private static String readText(JsonParser json) throws IOException {
        require(json, JsonToken.VALUE_STRING, "a string as the value of S or N");
        return json.getText();
    }

    private static SdkBytes readBytes(JsonParser json) throws IOException {
        require(json, JsonToken.VALUE_STRING, "a string as the value of B");
        return SdkBytes.fromByteArrayUnsafe(json.getBinaryValue());
    }

    private interface Reader<T> {
        T read(JsonParser json) throws IOException;
    }

    private static <T> List<T> readList(JsonParser json, Reader<T> reader) throws IOException {
        require(json, JsonToken.START_ARRAY, "an array as the value of a list or set");
        List<T> list = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            list.add(reader.read(json));
        }
        return list;
    }
}
