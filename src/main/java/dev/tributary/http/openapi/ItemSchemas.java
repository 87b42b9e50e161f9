package dev.tributary.http.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.document.GeneratedValue;
import dev.tributary.document.ItemSchema;
import dev.tributary.items.Resource;
import dev.tributary.items.query.Batch;
import dev.tributary.model.AttributeType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** JSON Schemas of the documents that a resource accepts, and of those in its replies. */
final class ItemSchemas {

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

    private ObjectNode ofKey() {
        ObjectNode document = object().put("type", "object").put("description", "The key of an item.");
        ObjectNode properties = document.putObject("properties");
        key.forEach(name ->
                properties.set(name, ValueSchemas.answered(schema.types().get(name))));
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
                                "Keys that were not looked up, because the reply has its largest size: send them again."));
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
            return ValueSchemas.answered(AttributeType.N)
                    .put("readOnly", true)
                    .put("description", "Counts the writes of the item; its ETag.");
        }
        GeneratedValue made = refreshed.get(name);
        if (made != null) {
            return ValueSchemas.made(made, "Set by the server at every write: ").put("readOnly", true);
        }
        made = generated.get(name);
        if (made != null
                && schema.allowed().map(allowed -> !allowed.contains(name)).orElse(false)) {
            return ValueSchemas.made(made, "Set by the server when the item is created: ")
                    .put("readOnly", true);
        }
        return ValueSchemas.answered(schema.types().get(name));
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
        ObjectNode value = ValueSchemas.requested(type, mayBeNull, isRequired(name));
        if (key.contains(name) && type != AttributeType.N) {
            value.put("minLength", 1);
        }
        if (refreshed.containsKey(name)) {
            value.put("readOnly", true).put("description", "Set by the server; ignored in requests.");
        } else if (kind != Document.PATCH && generated.containsKey(name)) {
            value.put(
                    "description",
                    "If it is absent, the server sets it: " + ValueSchemas.described(generated.get(name)) + ".");
        }
        AttributeValue fallback = schema.defaults().get(name);
        if (kind != Document.PATCH && fallback != null) {
            value.set("default", ValueSchemas.json(fallback));
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

    private static void require(ObjectNode document, Set<String> names) {
        if (!names.isEmpty()) {
            ArrayNode required = document.putArray("required");
            names.forEach(required::add);
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
