package dev.tributary.document;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tributary.model.AttributeType;
import dev.tributary.model.DynamoNumber;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** How a value of each DynamoDB type is written in the configuration. */
final class AttributeText {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private AttributeText() {}

    static boolean isOf(AttributeType type, String text) {
        return switch (type) {
            case S -> true;
            case N -> number(text).isPresent();
            case B -> isBase64(text);
            case BOOL -> text.equals("true") || text.equals("false");
            case NULL -> text.equals("null");
            case M -> json(text).filter(JsonNode::isObject).isPresent();
            case L -> json(text).filter(JsonNode::isArray).isPresent();
            case SS -> isSet(text, node -> node.isTextual() ? Optional.of(node.asText()) : Optional.empty());
            case NS ->
                isSet(text, node -> node.isNumber() || node.isTextual() ? number(node.asText()) : Optional.empty());
            case BS ->
                isSet(
                        text,
                        node -> node.isTextual() && isBase64(node.asText())
                                ? Optional.of(node.asText())
                                : Optional.empty());
        };
    }

    static String expected(AttributeType type) {
        return switch (type) {
            case S -> "a string";
            case N -> "a number of at most 38 digits";
            case B -> "base64";
            case BOOL -> "true or false";
            case NULL -> "null";
            case M -> "a JSON object";
            case L -> "a JSON array";
            case SS -> "a JSON array of different strings";
            case NS -> "a JSON array of different numbers";
            case BS -> "a JSON array of different base64 strings";
        };
    }

    static String example(AttributeType type) {
        return switch (type) {
            case S -> "text";
            case N -> "42";
            case B -> "aGVsbG8=";
            case BOOL -> "true";
            case NULL -> "null";
            case M -> "{\"plan\":\"basic\"}";
            case L -> "[\"basic\",1]";
            case SS -> "[\"basic\",\"plus\"]";
            case NS -> "[1,2]";
            case BS -> "[\"aGVsbG8=\"]";
        };
    }

    private static Optional<Object> number(String text) {
        try {
            return Optional.of(DynamoNumber.canonical(text));
        } catch (DynamoNumber.OutOfRangeException refused) {
            return Optional.empty();
        }
    }

    private static boolean isBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    /** DynamoDB takes no empty set, and no element twice. */
    private static boolean isSet(String text, Function<JsonNode, Optional<Object>> element) {
        Optional<JsonNode> array = json(text).filter(JsonNode::isArray).filter(node -> !node.isEmpty());
        if (array.isEmpty()) {
            return false;
        }
        Set<Object> seen = new HashSet<>();
        for (JsonNode node : array.get()) {
            Optional<Object> value = element.apply(node);
            if (value.isEmpty() || !seen.add(value.get())) {
                return false;
            }
        }
        return true;
    }

    private static Optional<JsonNode> json(String text) {
        try {
            return Optional.of(JSON.readTree(text));
        } catch (JsonProcessingException refused) {
            return Optional.empty();
        }
    }
}
