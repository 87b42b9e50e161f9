package dev.tributary.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tributary.config.AttributeType;
import dev.tributary.model.ItemSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads JSON values as attribute values, straight from the text: a number never becomes a double. A value that cannot
 * be stored is noted as an error and skipped, so that one answer names all of them.
 *
 * <p>Every method finds the parser on the first token of a value and leaves it on the last.
 */
final class ValueReader {

    /** DynamoDB's limit on objects and arrays inside each other. The item itself is the first. */
    static final int MAX_DEPTH = 32;

    private static final int MAX_NAME_BYTES = 65_535;
    private static final int QUOTED_CHARACTERS = 40;

    private final JsonParser json;
    private final FieldErrors errors;

    ValueReader(JsonParser json, FieldErrors errors) {
        this.json = json;
        this.errors = errors;
    }

    /** How a member's type is found: by declaration at the top of an item, never below. */
    interface Types {
        @Nullable AttributeType of(String name);
    }

    /**
     * Reads an object.
     *
     * @param depth objects and arrays around its members, itself included
     * @return the members that can be stored, and an empty value for each that cannot
     */
    Map<String, Optional<AttributeValue>> readMembers(String pointer, Types types, int depth) throws IOException {
        Map<String, Optional<AttributeValue>> members = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            String at = FieldErrors.child(pointer, name);
            json.nextToken();
            checkName(at, name);
            Optional<AttributeValue> value = read(at, types.of(name), depth);
            if (members.put(name, value) != null) {
                errors.add(at, "named more than once; give one value");
            }
        }
        return members;
    }

    /**
     * Reads one value.
     *
     * @param declared null takes the type of the JSON value
     * @param depth objects and arrays around the value, the item included
     * @return empty after noting why it cannot be stored
     */
    Optional<AttributeValue> read(String pointer, @Nullable AttributeType declared, int depth) throws IOException {
        return switch (declared == null ? inferred() : declared) {
            case S -> string(pointer).map(AttributeValue::fromS);
            case N -> number(pointer).map(AttributeValue::fromN);
            case B -> binary(pointer).map(AttributeValue::fromB);
            case BOOL -> bool(pointer);
            case NULL ->
                json.currentToken() == JsonToken.VALUE_NULL
                        ? Optional.of(AttributeValue.fromNul(true))
                        : refuse(pointer, "expected null");
            case M -> map(pointer, depth);
            case L -> list(pointer, depth);
            case SS -> set(pointer, "strings", this::string).map(AttributeValue::fromSs);
            case NS -> set(pointer, "numbers", this::number).map(AttributeValue::fromNs);
            case BS -> set(pointer, "base64 strings", this::binary).map(AttributeValue::fromBs);
        };
    }

    private AttributeType inferred() {
        return switch (json.currentToken()) {
            case VALUE_STRING -> AttributeType.S;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> AttributeType.N;
            case VALUE_TRUE, VALUE_FALSE -> AttributeType.BOOL;
            case VALUE_NULL -> AttributeType.NULL;
            case START_OBJECT -> AttributeType.M;
            case START_ARRAY -> AttributeType.L;
            default -> throw new IllegalStateException("no value starts with " + json.currentToken());
        };
    }

    private Optional<String> string(String pointer) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            return refuse(pointer, "expected a string");
        }
        String text = json.getText();
        if (!isUnicode(text)) {
            errors.add(pointer, "expected Unicode text; found half of a surrogate pair, which UTF-8 cannot hold");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private Optional<String> number(String pointer) throws IOException {
        if (!json.currentToken().isNumeric() && json.currentToken() != JsonToken.VALUE_STRING) {
            return refuse(pointer, "expected a number");
        }
        try {
            return Optional.of(DynamoNumber.canonical(json.getText()));
        } catch (DynamoNumber.OutOfRangeException e) {
            return refuse(pointer, e.getMessage());
        }
    }

    private Optional<SdkBytes> binary(String pointer) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            return refuse(pointer, "expected a base64 string");
        }
        try {
            return Optional.of(SdkBytes.fromByteArrayUnsafe(Base64.getDecoder().decode(json.getText())));
        } catch (IllegalArgumentException e) {
            return refuse(pointer, "expected a base64 string");
        }
    }

    private Optional<AttributeValue> bool(String pointer) throws IOException {
        return json.currentToken().isBoolean()
                ? Optional.of(AttributeValue.fromBool(json.getBooleanValue()))
                : refuse(pointer, "expected true or false");
    }

    private Optional<AttributeValue> map(String pointer, int depth) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            return refuse(pointer, "expected an object");
        }
        if (depth >= MAX_DEPTH) {
            return tooDeep(pointer);
        }
        Map<String, AttributeValue> map = new LinkedHashMap<>();
        readMembers(pointer, name -> null, depth + 1)
                .forEach((name, value) -> value.ifPresent(stored -> map.put(name, stored)));
        return Optional.of(AttributeValue.fromM(map));
    }

    private Optional<AttributeValue> list(String pointer, int depth) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return refuse(pointer, "expected an array");
        }
        if (depth >= MAX_DEPTH) {
            return tooDeep(pointer);
        }
        List<AttributeValue> list = new ArrayList<>();
        for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
            read(pointer + "/" + i, null, depth + 1).ifPresent(list::add);
        }
        return Optional.of(AttributeValue.fromL(list));
    }

    private interface ElementReader<T> {
        Optional<T> read(String pointer) throws IOException;
    }

    private <T> Optional<List<T>> set(String pointer, String elements, ElementReader<T> reader) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return refuse(pointer, "expected an array of " + elements);
        }
        Set<T> seen = new HashSet<>();
        List<T> set = new ArrayList<>();
        int count = 0;
        for (; json.nextToken() != JsonToken.END_ARRAY; count++) {
            String at = pointer + "/" + count;
            Optional<T> element = reader.read(at);
            if (element.isPresent() && !seen.add(element.get())) {
                errors.add(at, "twice in a set; give each element once");
            }
            element.ifPresent(set::add);
        }
        if (count == 0) {
            errors.add(pointer, "expected at least one element: DynamoDB has no empty sets");
            return Optional.empty();
        }
        return Optional.of(set);
    }

    private void checkName(String pointer, String name) {
        if (name.isEmpty() || !isUnicode(name) || ItemSize.utf8(name) > MAX_NAME_BYTES) {
            errors.add(pointer, "expected a name of 1 to " + MAX_NAME_BYTES + " bytes of Unicode text");
        }
    }

    private <T> Optional<T> tooDeep(String pointer) throws IOException {
        errors.add(
                pointer,
                "expected at most %d objects and arrays inside each other, the document included".formatted(MAX_DEPTH));
        json.skipChildren();
        return Optional.empty();
    }

    private <T> Optional<T> refuse(String pointer, @Nullable String expected) throws IOException {
        errors.add(pointer, expected + "; found " + found());
        json.skipChildren();
        return Optional.empty();
    }

    private String found() throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> "the string \"" + shortened(json.getText()) + "\"";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + shortened(json.getText());
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            default -> json.getText();
        };
    }

    private static String shortened(String text) {
        return text.length() <= QUOTED_CHARACTERS ? text : text.substring(0, QUOTED_CHARACTERS) + "…";
    }

    private static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
