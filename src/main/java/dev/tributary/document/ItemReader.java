package dev.tributary.document;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.tributary.document.Problem.Kind;
import dev.tributary.model.AttributeType;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.VersionStamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads the item of a JSON document: complete and valid for its table, or refused with all errors at once. */
public final class ItemReader {

    private static final AttributeValue NULL = AttributeValue.fromNul(true);

    private final ItemSchema schema;
    private final ServerValues made;

    public ItemReader(ItemSchema schema, ServerValues made) {
        this.schema = schema;
        this.made = made;
    }

    /**
     * Reads a whole item.
     *
     * @param document JSON in UTF-8
     * @param key key attributes that the URI has, which the document need not repeat; may be empty
     */
    public Map<String, AttributeValue> read(byte[] document, Map<String, AttributeValue> key) throws RefusedException {
        return read(document, key, made.random());
    }

    /**
     * Reads a whole item.
     *
     * @param generated what its generated values are made of
     */
    public Map<String, AttributeValue> read(byte[] document, Map<String, AttributeValue> key, ValueOrigin generated)
            throws RefusedException {
        FieldErrors errors = new FieldErrors();
        Map<String, Optional<AttributeValue>> members = parse(document, false, errors);
        checkNames(members, errors);
        checkSameKey(members, key, errors);
        schema.version().ifPresent(members::remove);

        Map<String, AttributeValue> item = new HashMap<>(schema.defaults());
        members.keySet().forEach(item::remove);
        item.putAll(key);
        members.forEach((name, value) -> value.ifPresent(stored -> item.put(name, stored)));
        generate(item, members, generated);
        made.refresh(item);

        checkKey(members, item, errors);
        schema.required().stream()
                .sorted()
                .filter(name -> isMissing(name, members, item))
                .forEach(name -> errors.add(FieldErrors.child("", name), "missing; every item has it"));
        if (!errors.isEmpty()) {
            throw new RefusedException(Problem.invalid(errors.all()));
        }
        long size = ItemSize.of(item);
        if (size > ItemSize.MAX_BYTES) {
            throw new RefusedException(Problem.of(
                    Kind.ITEM_TOO_LARGE,
                    "Expected an item of at most %,d bytes; found %,d.".formatted(ItemSize.MAX_BYTES, size)));
        }
        return item;
    }

    /**
     * Reads the changes of an item.
     *
     * @param document a JSON Merge Patch in UTF-8
     * @param key of the item
     * @return values to set, without those of the key; {@code NULL} for attributes to remove
     */
    public Map<String, AttributeValue> readPatch(byte[] document, Map<String, AttributeValue> key)
            throws RefusedException {
        FieldErrors errors = new FieldErrors();
        Map<String, Optional<AttributeValue>> members = parse(document, true, errors);
        checkNames(members, errors);
        checkSameKey(members, key, errors);
        schema.version().ifPresent(members::remove);
        members.keySet().removeAll(key.keySet());
        schema.required().stream()
                .sorted()
                .filter(name -> Optional.of(NULL).equals(members.get(name)))
                .forEach(name -> errors.add(FieldErrors.child("", name), "cannot be removed; every item has it"));
        if (!errors.isEmpty()) {
            throw new RefusedException(Problem.invalid(errors.all()));
        }
        Map<String, AttributeValue> patch = new LinkedHashMap<>();
        members.forEach((name, value) -> value.ifPresent(stored -> patch.put(name, stored)));
        made.refresh(patch);
        return patch;
    }

    private Map<String, Optional<AttributeValue>> parse(byte[] document, boolean patch, FieldErrors errors)
            throws RefusedException {
        try (JsonParser json = JsonText.FACTORY.createParser(document)) {
            JsonToken first = json.nextToken();
            if (first == null) {
                throw new RefusedException(Problem.of(Kind.MALFORMED_JSON, "The body is empty."));
            }
            if (first != JsonToken.START_OBJECT) {
                throw new RefusedException(
                        Problem.of(Kind.NOT_AN_OBJECT, "Expected one JSON object; found " + name(first) + "."));
            }
            Map<String, Optional<AttributeValue>> members = new ValueReader(json, errors)
                    .readMembers(
                            name -> patch && json.currentToken() == JsonToken.VALUE_NULL
                                    ? AttributeType.NULL // null removes an attribute of any type
                                    : schema.types().get(name),
                            1);
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

    /** Attributes with a refused value get no generated one: the request is refused. */
    private void generate(
            Map<String, AttributeValue> item, Map<String, Optional<AttributeValue>> members, ValueOrigin source) {
        Map<String, AttributeValue> with = new HashMap<>(item);
        made.generate(with, source);
        with.keySet().removeIf(name -> members.containsKey(name) && !item.containsKey(name));
        item.putAll(with);
    }

    private void checkNames(Map<String, Optional<AttributeValue>> members, FieldErrors errors) {
        VersionStamp.RESERVED.stream()
                .filter(members::containsKey)
                .sorted()
                .forEach(name -> errors.add(
                        FieldErrors.child("", name), "reserved: only replication writes this attribute. Leave it out"));
        schema.allowed().ifPresent(allowed -> members.keySet().stream()
                .filter(name -> !allowed.contains(name)
                        && schema.version().filter(name::equals).isEmpty())
                .forEach(name -> errors.add(
                        FieldErrors.child("", name),
                        "not an attribute that requests may name; they may name " + String.join(", ", allowed))));
    }

    private static void checkSameKey(
            Map<String, Optional<AttributeValue>> members, Map<String, AttributeValue> key, FieldErrors errors) {
        key.forEach((name, value) -> {
            Optional<AttributeValue> member = members.getOrDefault(name, Optional.of(value));
            if (member.isPresent() && !member.get().equals(value)) {
                errors.add(
                        FieldErrors.child("", name),
                        "expected the value that the URI has, or none: a key cannot be changed");
            }
        });
    }

    private void checkKey(
            Map<String, Optional<AttributeValue>> members, Map<String, AttributeValue> item, FieldErrors errors) {
        List<KeyAttribute> attributes = schema.keyAttributes();
        for (KeyAttribute attribute : attributes) {
            boolean first = attributes.indexOf(attribute) == 0;
            String pointer = FieldErrors.child("", attribute.name());
            @Nullable AttributeValue value = item.get(attribute.name());
            if (value != null) {
                UriKey.checkSize(attribute, first, value, pointer, errors);
            } else if (!members.containsKey(attribute.name())) {
                errors.add(
                        pointer,
                        "missing; it is the %s key, of type %s"
                                .formatted(first ? "partition" : "sort", attribute.type()));
            }
        }
    }

    /** A refused value has its own error and does not count as missing. */
    private static boolean isMissing(
            String name, Map<String, Optional<AttributeValue>> members, Map<String, AttributeValue> item) {
        @Nullable AttributeValue value = item.get(name);
        return value == null ? !members.containsKey(name) : NULL.equals(value);
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
