package dev.tributary.http.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.items.IdempotencyKey;
import dev.tributary.items.Resource;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.List;

/** The parameters of operations: key attributes, and headers with conditions. */
final class RequestParameters {

    /** The methods that write nothing. */
    static final List<String> READS = List.of("get", "head");

    private RequestParameters() {}

    /** A key attribute in the path or the query. */
    static ObjectNode ofKey(KeyAttribute attribute, String name, String in, String description) {
        return parameter(name, in, description, ValueSchemas.ofKeyInUri(attribute))
                .put("required", true);
    }

    /** The headers with conditions on the item, and the one with an idempotency key. */
    static ArrayNode preconditions(Resource resource, String method, boolean byQuery) {
        boolean versioned = resource.schema().version().isPresent();
        ArrayNode parameters = JsonNodeFactory.instance.arrayNode();
        if (READS.contains(method)) {
            if (versioned || byQuery) {
                parameters.add(header("If-None-Match", "ETags of the versions that the caller has.", "\"5\""));
            }
            return parameters;
        }
        if (List.of("post", "put").contains(method)) {
            parameters.add(header("If-None-Match", "Takes effect only if the item does not exist.", "*"));
        }
        if (resource.idempotency().isPresent()) {
            ObjectNode key = header(
                    IdempotencyKey.HEADER,
                    "Makes the request take effect once, even if it is sent several times.",
                    "\"8e03978e\"");
            boolean inItem = resource.idempotency().get().attribute().isPresent()
                    && List.of("post", "put").contains(method);
            if (!inItem) {
                parameters.add(key.put("required", resource.idempotency().get().required()));
            }
        }
        parameters.add(header(
                "If-Match",
                versioned
                        ? "Takes effect only if the item exists: with *, in any version; otherwise in one of these versions."
                        : "Takes effect only if the item exists.",
                versioned ? "\"5\"" : "*"));
        return parameters;
    }

    static ObjectNode header(String name, String description, String example) {
        return parameter(
                name,
                "header",
                description,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("type", "string")
                        .set("examples", JsonNodeFactory.instance.arrayNode().add(example)));
    }

    static ObjectNode parameter(String name, String in, String description, ObjectNode schema) {
        ObjectNode parameter = JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("in", in)
                .put("description", description);
        parameter.set("schema", schema);
        return parameter;
    }
}
