package dev.tributary.document;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tributary.document.Problem.Kind;
import dev.tributary.model.AttributeType;
import dev.tributary.model.DynamoNumber;
import dev.tributary.model.ItemSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads JSON values as attribute values, straight from the text: a number never becomes a double. A value that cannot
 * be stored is reported and skipped, so that one answer has all errors.
 *
 * <p>The size is counted while reading, and reading ends when it exceeds that of the largest item, which bounds the
 * memory whatever the size of the document. Pointers are built only for errors.
 *
 * <p>Every method starts with the parser on the first token of a value and ends with it on the last.
 */
public final class ValueReader {

    /** DynamoDB's limit of nested objects and arrays. The item counts as the first level. */
    public static final int MAX_DEPTH = 32;

    private static final int MAX_NAME_BYTES = 65_535;

    /** The JSON parser of the AWS SDK refuses longer names by default, so other programs could not read the item. */
    private static final int MAX_NAME_LENGTH = 50_000;

    private static final int QUOTED_CHARACTERS = 40;

    /** Overhead of a list or a map in DynamoDB, and of each of its elements. */
    private static final int CONTAINER_BYTES = 3;

    private static final int ELEMENT_BYTES = 1;

    // Shared instances, because a document may hold a hundred thousand of each.
    private static final AttributeValue NULL = AttributeValue.fromNul(true);
    private static final AttributeValue TRUE = AttributeValue.fromBool(true);
    private static final AttributeValue FALSE = AttributeValue.fromBool(false);
    private static final AttributeValue NO_TEXT = AttributeValue.fromS("");
    private static final AttributeValue NO_MEMBERS = AttributeValue.fromM(Map.of());
    private static final AttributeValue NO_ELEMENTS = AttributeValue.fromL(List.of());

    private final JsonParser json;
    private final FieldErrors errors;
    private long size;

    ValueReader(JsonParser json, FieldErrors errors) {
        this.json = json;
        this.errors = errors;
    }

    /** The declared type of a member; only members of the item itself have one. */
    interface Types {
        @Nullable AttributeType of(String name);
    }

    /**
     * Reads an object.
     *
     * @param depth objects and arrays around its members, itself included
     * @return the members that can be stored, and an empty value for each that cannot
     * @throws RefusedException if no item can hold it
     */
    Map<String, Optional<AttributeValue>> readMembers(Types types, int depth) throws IOException, RefusedException {
        Map<String, Optional<AttributeValue>> members = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            int bytes = Utf8Length.bytes(name);
            if (bytes < 1 || bytes > MAX_NAME_BYTES || name.length() > MAX_NAME_LENGTH) {
                fault("expected a name of 1 to %d characters and at most %d bytes of Unicode text"
                        .formatted(MAX_NAME_LENGTH, MAX_NAME_BYTES));
            }
            count(Math.max(bytes, 1));
            Optional<AttributeValue> value = read(types.of(name), depth);
            if (members.put(name, value) != null) {
                fault("named more than once; give one value");
            }
        }
        return members;
    }

    /**
     * Reads one value.
     *
     * @param declared if null, the type follows the JSON value
     * @param depth objects and arrays around the value, the item included
     * @return empty if it cannot be stored, which is then reported
     * @throws RefusedException if no item can hold it
     */
    Optional<AttributeValue> read(@Nullable AttributeType declared, int depth) throws IOException, RefusedException {
        return switch (declared == null ? inferred() : declared) {
            case S -> string().map(text -> text.isEmpty() ? NO_TEXT : AttributeValue.fromS(text));
            case N -> number().map(AttributeValue::fromN);
            case B -> binary().map(AttributeValue::fromB);
            case BOOL -> bool();
            case NULL -> nothing();
            case M -> map(depth);
            case L -> list(depth);
            case SS -> set("strings", this::string).map(AttributeValue::fromSs);
            case NS -> set("numbers", this::number).map(AttributeValue::fromNs);
            case BS -> set("base64 strings", this::binary).map(AttributeValue::fromBs);
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

    private Optional<String> string() throws IOException, RefusedException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            return refuse("expected a string");
        }
        String text = json.getText();
        int bytes = Utf8Length.bytes(text);
        if (bytes < 0) {
            fault("expected Unicode text; found half of a surrogate pair, which UTF-8 cannot hold");
            return Optional.empty();
        }
        count(bytes);
        return Optional.of(text);
    }

    private Optional<String> number() throws IOException, RefusedException {
        if (!json.currentToken().isNumeric() && json.currentToken() != JsonToken.VALUE_STRING) {
            return refuse("expected a number");
        }
        DynamoNumber number;
        try {
            number = DynamoNumber.of(json.getText());
        } catch (DynamoNumber.OutOfRangeException e) {
            return refuse(e.getMessage());
        }
        count(number.bytes());
        return Optional.of(number.text());
    }

    private Optional<SdkBytes> binary() throws IOException, RefusedException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            return refuse("expected a base64 string");
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(json.getText());
        } catch (IllegalArgumentException e) {
            return refuse("expected a base64 string");
        }
        count(bytes.length);
        return Optional.of(SdkBytes.fromByteArrayUnsafe(bytes));
    }

    private Optional<AttributeValue> bool() throws IOException, RefusedException {
        if (!json.currentToken().isBoolean()) {
            return refuse("expected true or false");
        }
        count(1);
        return Optional.of(json.getBooleanValue() ? TRUE : FALSE);
    }

    private Optional<AttributeValue> nothing() throws IOException, RefusedException {
        if (json.currentToken() != JsonToken.VALUE_NULL) {
            return refuse("expected null");
        }
        count(1);
        return Optional.of(NULL);
    }

    private Optional<AttributeValue> map(int depth) throws IOException, RefusedException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            return refuse("expected an object");
        }
        if (depth >= MAX_DEPTH) {
            return tooDeep();
        }
        count(CONTAINER_BYTES);
        Map<String, Optional<AttributeValue>> members = readMembers(name -> null, depth + 1);
        count((long) ELEMENT_BYTES * members.size());
        if (members.isEmpty()) {
            return Optional.of(NO_MEMBERS);
        }
        Map<String, AttributeValue> map = new LinkedHashMap<>();
        members.forEach((name, value) -> value.ifPresent(stored -> map.put(name, stored)));
        return Optional.of(AttributeValue.fromM(map));
    }

    private Optional<AttributeValue> list(int depth) throws IOException, RefusedException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return refuse("expected an array");
        }
        if (depth >= MAX_DEPTH) {
            return tooDeep();
        }
        count(CONTAINER_BYTES);
        List<AttributeValue> list = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            count(ELEMENT_BYTES);
            read(null, depth + 1).ifPresent(list::add);
        }
        return Optional.of(list.isEmpty() ? NO_ELEMENTS : AttributeValue.fromL(list));
    }

    private interface ElementReader<T> {
        Optional<T> read() throws IOException, RefusedException;
    }

    private <T> Optional<List<T>> set(String elements, ElementReader<T> reader) throws IOException, RefusedException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return refuse("expected an array of " + elements);
        }
        Set<T> set = new LinkedHashSet<>();
        boolean empty = true;
        for (; json.nextToken() != JsonToken.END_ARRAY; empty = false) {
            Optional<T> element = reader.read();
            if (element.isPresent() && !set.add(element.get())) {
                fault("twice in a set; give each element once");
            }
        }
        if (empty) {
            fault("expected at least one element: DynamoDB has no empty sets");
            return Optional.empty();
        }
        return Optional.of(List.copyOf(set));
    }

    /** The size in DynamoDB of an item with all that was read so far. */
    long size() {
        return size;
    }

    /** Adds to the size in DynamoDB of an item with all that was read so far. */
    private void count(long bytes) throws RefusedException {
        size += bytes;
        if (size > ItemSize.MAX_BYTES) {
            throw new RefusedException(Problem.of(
                    Kind.ITEM_TOO_LARGE,
                    "Expected an item of at most %,d bytes; found at least %,d.".formatted(ItemSize.MAX_BYTES, size)));
        }
    }

    private <T> Optional<T> tooDeep() throws IOException {
        fault("expected at most %d objects and arrays inside each other, the document included".formatted(MAX_DEPTH));
        json.skipChildren();
        return Optional.empty();
    }

    private <T> Optional<T> refuse(@Nullable String expected) throws IOException {
        if (!errors.isFull()) {
            fault(expected + "; found " + found());
        }
        json.skipChildren();
        return Optional.empty();
    }

    private void fault(String message) {
        if (!errors.isFull()) {
            errors.add(FieldErrors.pointer(json.getParsingContext()), message);
        }
    }

    private String found() throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> "the string \"" + FieldErrors.shortened(json.getText(), QUOTED_CHARACTERS) + "\"";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                "the number " + FieldErrors.shortened(json.getText(), QUOTED_CHARACTERS);
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            default -> json.getText();
        };
    }
}
