package dev.tributary.http.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.items.Resource;
import dev.tributary.model.VersionStamp;

/** Describes requests that wait until every target has their write. */
final class WaitDescription {

    private static final String SCHEMA = "write-status";

    private WaitDescription() {}

    /** Adds the preference to an operation that writes, and the replies to it. */
    static void addTo(Resource resource, ArrayNode parameters, ObjectNode responses) {
        if (resource.acknowledgements().isEmpty()) {
            return;
        }
        parameters.add(RequestParameters.header(
                "Prefer", "wait=SECONDS waits until every route of the source has the write.", "wait=2"));
        responses.forEach(response -> ((ObjectNode) response)
                .withObject("/headers")
                .set("Preference-Applied", OpenApi.reference("headers", "Preference-Applied")));
        ObjectNode accepted = responses
                .putObject("202")
                .put("description", "The item was written; whether every route has it is at Location.");
        accepted.withObject("/headers")
                .<ObjectNode>set("Location", OpenApi.reference("headers", "Location"))
                .set("ETag", OpenApi.reference("headers", "ETag"));
        accepted.putObject("content").putObject(MediaTypes.JSON).set("schema", OpenApi.reference("schemas", SCHEMA));
    }

    /** Adds the query for the status of a write to the parameters of the reads of a resource. */
    static void addStatusTo(Resource resource, ArrayNode parameters, ArrayNode schemas) {
        if (resource.acknowledgements().isPresent()) {
            parameters.add(RequestParameters.parameter(
                    VersionStamp.WRITE,
                    "query",
                    "Asks for the status of a write, as the Location of a reply with 202 does.",
                    JsonNodeFactory.instance.objectNode().put("type", "string")));
            schemas.add(OpenApi.reference("schemas", SCHEMA));
        }
    }

    static void addSchemaTo(ObjectNode schemas) {
        ObjectNode status = schemas.putObject(SCHEMA).put("type", "object");
        ObjectNode properties = status.putObject("properties");
        properties
                .putObject("status")
                .put("type", "string")
                .putArray("enum")
                .add("pending")
                .add("done")
                .add("failed");
        properties
                .putObject("routes")
                .put("type", "array")
                .put("description", "The routes whose targets will not have the write: it is a dead letter.")
                .putObject("items")
                .put("type", "string");
        status.putArray("required").add("status");
        status.put("additionalProperties", false);
    }
}
