package dev.tributary.http.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.document.GeneratedValue;
import dev.tributary.http.items.ItemJson;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** JSON Schemas of attribute values: in documents of requests and replies, and in URIs. */
final class ValueSchemas {

    private static final JsonMapper DECIMALS = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final String NUMBER = "A number of up to 38 digits.";
    private static final String NUMBER_TEXT = "-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,9})?";

    private ValueSchemas() {}

    /** The schema of a key attribute in a path or a query, where binary is in base64url. */
    static ObjectNode ofKeyInUri(KeyAttribute attribute) {
        return switch (attribute.type()) {
            case N -> object().put("type", "number").put("description", NUMBER);
            case B -> object().put("type", "string").put("minLength", 1).put("contentEncoding", "base64url");
            default -> object().put("type", "string").put("minLength", 1);
        };
    }

    /** The schema of a value in a request, where a number may be a string. */
    static ObjectNode requested(@Nullable AttributeType type, boolean mayBeNull, boolean neverNull) {
        if (type == null) {
            return neverNull ? types("string", "number", "boolean", "object", "array") : object();
        }
        ObjectNode value = valueOf(type, true);
        if (mayBeNull && type != AttributeType.NULL) {
            ArrayNode types = value.get("type").isArray()
                    ? (ArrayNode) value.get("type")
                    : JsonNodeFactory.instance.arrayNode().add(value.get("type"));
            value.set("type", types.add("null"));
        }
        return value;
    }

    /** The schema of a value in a reply. */
    static ObjectNode answered(@Nullable AttributeType type) {
        return type == null ? object() : valueOf(type, false);
    }

    private static ObjectNode valueOf(AttributeType type, boolean request) {
        return switch (type) {
            case S -> object().put("type", "string");
            case N ->
                request
                        ? types("number", "string")
                                .put("pattern", "^" + NUMBER_TEXT + "$")
                                .put("description", NUMBER)
                        : object().put("type", "number").put("description", NUMBER);
            case B -> object().put("type", "string").put("contentEncoding", "base64");
            case BOOL -> object().put("type", "boolean");
            case NULL -> object().put("type", "null");
            case M -> object().put("type", "object");
            case L -> object().put("type", "array");
            case SS -> set(AttributeType.S, request);
            case NS -> set(AttributeType.N, request);
            case BS -> set(AttributeType.B, request);
        };
    }

    private static ObjectNode set(AttributeType elements, boolean request) {
        ObjectNode set = object().put("type", "array").put("uniqueItems", true).put("minItems", 1);
        set.set("items", valueOf(elements, request));
        return set;
    }

    /**
     * The schema of a value that the server sets.
     *
     * @param when begins its description
     */
    static ObjectNode made(GeneratedValue value, String when) {
        ObjectNode made = object().put("type", value.kind() == GeneratedValue.Kind.NOW ? "integer" : "string");
        switch (value.kind()) {
            case UUID -> made.put("format", "uuid");
            case NOW_ISO -> made.put("format", "date-time");
            case NOW -> {
                // JSON Schema has no format for it
            }
        }
        return made.put("description", when + described(value) + ".");
    }

    static String described(GeneratedValue value) {
        String later = value.offset().isZero()
                ? ""
                : ", and %d seconds".formatted(value.offset().toSeconds());
        return switch (value.kind()) {
            case UUID -> "a random UUID";
            case NOW -> "the time in seconds since 1970" + later;
            case NOW_ISO -> "the time" + later;
        };
    }

    /** A value as it is in a document. */
    static JsonNode json(AttributeValue value) {
        try {
            return DECIMALS.readTree(ItemJson.of(Map.of("value", value))).get("value");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // it was written as JSON
        }
    }

    private static ObjectNode types(String... types) {
        ObjectNode value = object();
        ArrayNode listed = value.putArray("type");
        List.of(types).forEach(listed::add);
        return value;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
