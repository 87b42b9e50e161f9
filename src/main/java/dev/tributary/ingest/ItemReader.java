package dev.tributary.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.tributary.config.KeySchema.KeyAttribute;
import dev.tributary.ingest.Problem.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Makes an item of a JSON document: complete, valid for its table, or refused with every error at once. */
final class ItemReader {

    private static final int MAX_PARTITION_KEY_BYTES = 2048;
    private static final int MAX_SORT_KEY_BYTES = 1024;

    private final ItemSchema schema;

    ItemReader(ItemSchema schema) {
        this.schema = schema;
    }

    /** @param document JSON in UTF-8 */
    Map<String, AttributeValue> read(byte[] document) throws RefusedException {
        FieldErrors errors = new FieldErrors();
        Map<String, Optional<AttributeValue>> members = parse(document, errors);

        Map<String, AttributeValue> item = new HashMap<>(schema.defaults());
        members.keySet().forEach(item::remove);
        members.forEach((name, value) -> value.ifPresent(stored -> item.put(name, stored)));

        checkKey(schema.key().partition(), "partition", MAX_PARTITION_KEY_BYTES, members, item, errors);
        schema.key().sort().ifPresent(sort -> checkKey(sort, "sort", MAX_SORT_KEY_BYTES, members, item, errors));
        if (!errors.isEmpty()) {
            throw new RefusedException(Problem.invalid(errors.all()));
        }
        long size = ItemSize.of(item);
        if (size > ItemSize.MAX_BYTES) {
            String message = "expected an item of at most %,d bytes; found %,d".formatted(ItemSize.MAX_BYTES, size);
            throw new RefusedException(Problem.invalid(List.of(new FieldError("", message))));
        }
        return item;
    }

    private Map<String, Optional<AttributeValue>> parse(byte[] document, FieldErrors errors) throws RefusedException {
        try (JsonParser json = JsonText.FACTORY.createParser(document)) {
            JsonToken first = json.nextToken();
            if (first == null) {
                throw new RefusedException(Problem.of(Kind.MALFORMED_JSON, "The body is empty."));
            }
            if (first != JsonToken.START_OBJECT) {
                throw new RefusedException(
                        Problem.of(Kind.NOT_AN_OBJECT, "Expected one JSON object; found " + name(first) + "."));
            }
            Map<String, Optional<AttributeValue>> members =
                    new ValueReader(json, errors).readMembers("", schema.types()::get, 1);
            if (json.nextToken() != null) {
                throw new RefusedException(Problem.of(
                        Kind.MALFORMED_JSON,
                        "Line %d, column %d: expected nothing after the object."
                                .formatted(
                                        json.currentTokenLocation().getLineNr(),
                                        json.currentTokenLocation().getColumnNr())));
            }
            return members;
        } catch (JsonProcessingException e) {
            throw new RefusedException(Problem.of(Kind.MALFORMED_JSON, JsonText.explain(e)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void checkKey(
            KeyAttribute key,
            String role,
            int maxBytes,
            Map<String, Optional<AttributeValue>> members,
            Map<String, AttributeValue> item,
            FieldErrors errors) {
        String pointer = FieldErrors.child("", key.name());
        @Nullable AttributeValue value = item.get(key.name());
        if (value == null) {
            if (!members.containsKey(key.name())) {
                errors.add(pointer, "missing; it is the %s key, of type %s".formatted(role, key.type()));
            }
            return;
        }
        long size = ItemSize.of(value);
        if (size == 0 || size > maxBytes) {
            errors.add(
                    pointer, "expected 1 to %,d bytes, as it is the %s key; found %,d".formatted(maxBytes, role, size));
        }
    }

    private static String name(JsonToken token) {
        return switch (token) {
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            default -> token.asString();
        };
    }
}
