package dev.tributary.document;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.tributary.document.Problem.Kind;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads the keys of many items: a JSON array of objects with the key attributes and nothing else. */
public final class KeysReader {

    private final KeySchema schema;
    private final Map<String, AttributeType> types;
    private final int most;

    /** @param most keys of a document */
    public KeysReader(KeySchema schema, int most) {
        this.schema = schema;
        this.types = schema.attributes().stream().collect(Collectors.toMap(KeyAttribute::name, KeyAttribute::type));
        this.most = most;
    }

    /**
     * Reads the keys.
     *
     * @param document JSON in UTF-8
     * @return one key at least
     */
    public List<Map<String, AttributeValue>> read(byte[] document) throws RefusedException {
        FieldErrors errors = new FieldErrors();
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        try (JsonParser json = JsonText.FACTORY.createParser(document)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw expected("no array");
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (keys.size() == most) {
                    throw expected("more");
                }
                keys.add(key(json, keys.size(), errors));
            }
            if (json.nextToken() != null) {
                throw new RefusedException(Problem.of(Kind.MALFORMED_JSON, "Expected nothing after the array."));
            }
        } catch (JsonProcessingException e) {
            throw new RefusedException(Problem.of(Kind.MALFORMED_JSON, JsonText.explain(e)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (keys.isEmpty()) {
            throw expected("none");
        }
        if (!errors.isEmpty()) {
            throw new RefusedException(Problem.invalidKey(errors.all()));
        }
        return keys;
    }

    private RefusedException expected(String found) {
        return new RefusedException(Problem.of(
                Kind.BAD_KEY,
                "Expected an array of 1 to %d keys, such as [{%s}]; found %s."
                        .formatted(
                                most,
                                types.keySet().stream()
                                        .sorted()
                                        .map(name -> "\"" + name + "\":…")
                                        .collect(Collectors.joining(",")),
                                found)));
    }

    private Map<String, AttributeValue> key(JsonParser json, int index, FieldErrors errors)
            throws IOException, RefusedException {
        Map<String, AttributeValue> key = new HashMap<>();
        String element = FieldErrors.child("", String.valueOf(index));
        if (json.currentToken() != JsonToken.START_OBJECT) {
            errors.add(element, "expected an object with the key attributes");
            json.skipChildren();
            return key;
        }
        Map<String, Optional<AttributeValue>> members = new ValueReader(json, errors).readMembers(types::get, 1);
        members.keySet().stream()
                .filter(name -> !types.containsKey(name))
                .forEach(name -> errors.add(FieldErrors.child(element, name), "not a key attribute; leave it out"));
        for (KeyAttribute attribute : schema.attributes()) {
            String pointer = FieldErrors.child(element, attribute.name());
            if (!members.containsKey(attribute.name())) {
                errors.add(pointer, "missing; it is part of the key, of type " + attribute.type());
            }
            members.getOrDefault(attribute.name(), Optional.empty()).ifPresent(value -> {
                UriKey.checkSize(attribute, attribute.equals(schema.partition()), value, pointer, errors);
                key.put(attribute.name(), value);
            });
        }
        return key;
    }
}
