package dev.tributary.http.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.document.GeneratedValue;
import dev.tributary.document.ItemSchema;
import dev.tributary.http.items.ItemJson;
import dev.tributary.items.Resource;
import dev.tributary.items.query.Batch;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** JSON Schemas of the documents that a resource accepts, and of those in its replies. */
final class ItemSchemas {

    private static final JsonMapper DECIMALS = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final String NUMBER = "A number of up to 38 digits.";
    private static final String NUMBER_TEXT = "-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,9})?";

    private enum Document {
        POST,
        PUT,
        PATCH
    }

    private final Resource resource;
    private final ItemSchema schema;
    private final Map<String, GeneratedValue> generated;
    private final Map<String, GeneratedValue> refreshed;
    private final Set<String> key = new LinkedHashSet<>();

    ItemSchemas(Resource resource) {
        this.resource = resource;
        this.schema = resource.schema();
        this.generated = resource.settings().document().generated();
        this.refreshed = resource.settings().document().refreshed();
        schema.keyAttributes().forEach(attribute -> key.add(attribute.name()));
    }

    void addTo(ObjectNode schemas) {
        schemas.set(resource.name() + "-key", ofKey());
        schemas.set(resource.name() + "-item", ofItem());
        schemas.set(resource.name() + "-page", ofPage());
        schemas.set(resource.name() + "-keys", ofKeys());
        schemas.set(resource.name() + "-batch", ofBatch());
        if (!resource.isWritable()) {
            return;
        }
        schemas.set(resource.name() + "-post", ofRequest(Document.POST));
        schemas.set(resource.name() + "-put", ofRequest(Document.PUT));
        schemas.set(resource.name() + "-patch", ofRequest(Document.PATCH));
    }

    /** The schema of a key attribute in a path or a query, where binary is in base64url. */
    static ObjectNode ofKeyInUri(KeyAttribute attribute) {
        return switch (attribute.type()) {
            case N -> object().put("type", "number").put("description", NUMBER);
            case B -> object().put("type", "string").put("minLength", 1).put("contentEncoding", "base64url");
            default -> object().put("type", "string").put("minLength", 1);
        };
    }

    private ObjectNode ofKey() {
        ObjectNode document = object().put("type", "object").put("description", "The key of an item.");
        ObjectNode properties = document.putObject("properties");
        key.forEach(name -> properties.set(name, answered(schema.types().get(name))));
        require(document, key);
        return document.put("additionalProperties", false);
    }

    private ObjectNode ofItem() {
        ObjectNode document = object().put("type", "object")
                .put("description", "An item. Attributes that others wrote into the table may be of other types.");
        Set<String> names = requested();
        names.addAll(generated.keySet());
        names.addAll(refreshed.keySet());
        ObjectNode properties = document.putObject("properties");
        names.forEach(name -> properties.set(name, inItem(name)));
        require(document, key);
        return document;
    }

    private ObjectNode ofPage() {
        ObjectNode document =
                object().put("type", "object").put("description", "Some of the items that a query finds.");
        ObjectNode properties = document.putObject("properties");
        properties.set("items", listOf("item"));
        properties
                .putObject("cursor")
                .put("type", "string")
                .put("description", "Where the next page begins; absent on the last page.");
        require(document, Set.of("items"));
        return document.put("additionalProperties", false);
    }

    private ObjectNode ofKeys() {
        return listOf("key").put("minItems", 1).put("maxItems", Batch.MAX_KEYS);
    }

    private ObjectNode ofBatch() {
        ObjectNode document =
                object().put("type", "object").put("description", "The items of the keys that were sent.");
        ObjectNode properties = document.putObject("properties");
        properties.set("items", listOf("item"));
        properties.set("missing", listOf("key").put("description", "Keys without an item."));
        properties.set(
                "unread",
                listOf("key")
                        .put(
                                "description",
                                "Keys that were not looked up, because the items take all the room: send them again."));
        require(document, new LinkedHashSet<>(List.of("items", "missing")));
        return document.put("additionalProperties", false);
    }

    private ObjectNode listOf(String schema) {
        ObjectNode list = object().put("type", "array");
        list.set("items", OpenApi.reference("schemas", resource.name() + "-" + schema));
        return list;
    }

    private ObjectNode inItem(String name) {
        if (isVersion(name)) {
            return answered(AttributeType.N)
                    .put("readOnly", true)
                    .put("description", "Counts the writes of the item; its ETag.");
        }
        GeneratedValue made = refreshed.get(name);
        if (made != null) {
            return made(made, "Made at every write: ").put("readOnly", true);
        }
        made = generated.get(name);
        if (made != null
                && schema.allowed().map(allowed -> !allowed.contains(name)).orElse(false)) {
            return made(made, "Made with the item: ").put("readOnly", true);
        }
        return answered(schema.types().get(name));
    }

    private ObjectNode ofRequest(Document kind) {
        ObjectNode document = object().put("type", "object")
                .put(
                        "description",
                        switch (kind) {
                            case POST -> "A new item.";
                            case PUT -> "An item; its key may be left to the URI.";
                            case PATCH -> "A JSON Merge Patch (RFC 7396): null removes, objects merge.";
                        });
        ObjectNode properties = document.putObject("properties");
        requested().forEach(name -> properties.set(name, inRequest(name, kind)));
        if (kind != Document.PATCH) {
            Set<String> required = new LinkedHashSet<>(kind == Document.POST ? key : Set.of());
            required.addAll(new TreeSet<>(schema.required()));
            required.removeAll(generated.keySet());
            required.removeAll(refreshed.keySet());
            required.removeAll(schema.defaults().keySet());
            if (kind == Document.PUT) {
                required.removeAll(key);
            }
            require(document, required);
        }
        return schema.allowed().isPresent() ? document.put("additionalProperties", false) : document;
    }

    private ObjectNode inRequest(String name, Document kind) {
        if (isVersion(name)) {
            return object().put("readOnly", true).put("description", "Counted by the server; ignored in requests.");
        }
        AttributeType type = schema.types().get(name);
        boolean mayBeNull = kind == Document.PATCH && !key.contains(name) && !isRequired(name);
        ObjectNode value = requested(type, mayBeNull, isRequired(name));
        if (key.contains(name) && type != AttributeType.N) {
            value.put("minLength", 1);
        }
        if (refreshed.containsKey(name)) {
            value.put("readOnly", true).put("description", "Made by the server; ignored in requests.");
        } else if (kind != Document.PATCH && generated.containsKey(name)) {
            value.put(
                    "description", "Where it is absent, the server makes it: " + described(generated.get(name)) + ".");
        }
        AttributeValue fallback = schema.defaults().get(name);
        if (kind != Document.PATCH && fallback != null) {
            value.set("default", json(fallback));
        }
        return value;
    }

    private boolean isVersion(String name) {
        return schema.version().filter(name::equals).isPresent();
    }

    private boolean isRequired(String name) {
        return schema.required().contains(name);
    }

    /** The attributes of requests that the resource declares, key attributes first. */
    private Set<String> requested() {
        Set<String> others = new TreeSet<>(schema.types().keySet());
        others.addAll(schema.defaults().keySet());
        others.addAll(schema.required());
        others.addAll(generated.keySet());
        others.addAll(refreshed.keySet());
        schema.allowed().ifPresent(allowed -> {
            others.retainAll(allowed);
            others.addAll(allowed);
        });
        schema.version().ifPresent(others::add);
        Set<String> names = new LinkedHashSet<>(key);
        names.addAll(others);
        return names;
    }

    /** The schema of a value in a request, where a number may be a string. */
    private static ObjectNode requested(@Nullable AttributeType type, boolean mayBeNull, boolean neverNull) {
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

    private static ObjectNode answered(@Nullable AttributeType type) {
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

    private static ObjectNode made(GeneratedValue value, String when) {
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

    private static String described(GeneratedValue value) {
        String later = value.offset().isZero()
                ? ""
                : ", and %d seconds".formatted(value.offset().toSeconds());
        return switch (value.kind()) {
            case UUID -> "a random UUID";
            case NOW -> "the time in seconds since 1970" + later;
            case NOW_ISO -> "the time" + later;
        };
    }

    private static JsonNode json(AttributeValue value) {
        try {
            return DECIMALS.readTree(ItemJson.of(Map.of("value", value))).get("value");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // it was written as JSON
        }
    }

    private static void require(ObjectNode document, Set<String> names) {
        if (!names.isEmpty()) {
            ArrayNode required = document.putArray("required");
            names.forEach(required::add);
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
