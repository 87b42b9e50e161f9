package dev.tributary.http.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.items.IdempotencyKey;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.items.Resource;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The OpenAPI operations of a resource: the methods of its path, and of its items' paths. */
final class ResourceOperations {

    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9._~-]+");

    private static final String BY_QUERY = "-by-query";

    private static final Map<String, String> SUMMARIES = new LinkedHashMap<>();

    static {
        SUMMARIES.put("get", "Reads an item");
        SUMMARIES.put("head", "Checks whether an item exists");
        SUMMARIES.put("put", "Creates or replaces an item");
        SUMMARIES.put("patch", "Merges a JSON Merge Patch (RFC 7396) into an item");
        SUMMARIES.put("delete", "Removes an item if it exists");
    }

    private final Resource resource;
    private final boolean authenticated;
    private final boolean versioned;
    private final boolean guarded;

    ResourceOperations(Resource resource, boolean authenticated) {
        this.resource = resource;
        this.authenticated = authenticated;
        this.versioned = resource.schema().version().isPresent();
        this.guarded = resource.settings().precondition() == PreconditionPolicy.REQUIRED;
    }

    void addTo(ObjectNode paths) {
        ObjectNode collection = paths.putObject(resource.path());
        if (resource.isWritable()) {
            collection.set("post", post());
        }
        summaries().forEach((method, summary) -> collection.set(method, ofItem(method, summary, true)));
        collection.set("options", options(BY_QUERY, optionsHeaders()));
        ObjectNode many = paths.putObject(base() + "/get");
        many.set("post", batch());
        many.set("options", options("-batch", List.of("Allow", "Accept-Post")));

        List<String> names = namesInPath();
        ObjectNode item = paths.putObject(
                names.stream().map(name -> "/{" + name + "}").collect(Collectors.joining("", base(), "")));
        ArrayNode parameters = item.putArray("parameters");
        for (int i = 0; i < names.size(); i++) {
            parameters.add(RequestParameters.ofKey(
                    resource.schema().keyAttributes().get(i),
                    names.get(i),
                    "path",
                    "A key attribute, as one percent-encoded segment."));
        }
        summaries().forEach((method, summary) -> item.set(method, ofItem(method, summary, false)));
        item.set("options", options("", optionsHeaders()));
    }

    private Map<String, String> summaries() {
        Map<String, String> summaries = new LinkedHashMap<>(SUMMARIES);
        if (!resource.isWritable()) {
            summaries.keySet().retainAll(RequestParameters.READS);
        }
        return summaries;
    }

    private String base() {
        return resource.path().equals("/") ? "" : resource.path();
    }

    /** The names of the key attributes, or neutral ones if one cannot be in a path template. */
    private List<String> namesInPath() {
        List<String> names = resource.keyNames();
        return names.stream().allMatch(name -> PLAIN_NAME.matcher(name).matches())
                ? names
                : List.of("partition", "sort").subList(0, names.size());
    }

    private ObjectNode post() {
        ObjectNode operation = operation("post", "", "Puts an item, or many, in place of those with the same keys");
        ArrayNode parameters = RequestParameters.preconditions(resource, "post", false);
        operation.set("parameters", parameters);
        ObjectNode content = content(operation);
        ArrayNode documents =
                content.putObject(MediaTypes.JSON).putObject("schema").putArray("oneOf");
        documents.add(schema("post"));
        documents.addObject().put("type", "array").set("items", schema("post"));
        MediaTypes.LINES.types().forEach(type -> lines(content, type, "A document a line."));
        ObjectNode responses = operation.putObject("responses");
        lines(
                answer(responses, "200", "Many documents were processed.", false, null)
                        .putObject("content"),
                MediaTypes.LINES.types().get(0),
                "A line for each document with its number, its status, and its location or its problem; and a last line"
                        + " with complete, stored and refused.");
        created(responses, "The item is in the table.");
        WaitDescription.addTo(resource, parameters, responses);
        replay(responses);
        refuse(responses, ApiProblems.ofItem("post", guarded));
        return operation;
    }

    private ObjectNode ofItem(String method, String summary, boolean byQuery) {
        ObjectNode operation = operation(method, byQuery ? BY_QUERY : "", summary);
        ArrayNode parameters = RequestParameters.preconditions(resource, method, byQuery);
        Set<ProblemType> problems = ApiProblems.ofItem(method, guarded);
        boolean read = RequestParameters.READS.contains(method);
        if (byQuery && read) {
            new QueryParameterList(resource).addTo(parameters);
            problems.addAll(ApiProblems.ofQuery());
        } else if (byQuery) {
            resource.schema()
                    .keyAttributes()
                    .forEach(attribute -> parameters.add(RequestParameters.ofKey(
                            attribute,
                            attribute.name(),
                            "query",
                            "A key attribute. For keys with a slash or a backslash, and for . and .. alone.")));
            problems.add(
                    ProblemType.METHOD_NOT_ALLOWED); // without a query, the path is the collection's, which takes POST
        }
        operation.set("parameters", parameters);
        ObjectNode responses = JsonNodeFactory.instance.objectNode();
        switch (method) {
            case "get", "head" -> {
                if (!byQuery) {
                    parameters.add(QueryParameterList.consistent());
                    parameters.add(QueryParameterList.fields());
                }
                boolean tagged = versioned || byQuery;
                ObjectNode found = answer(
                        responses,
                        "200",
                        byQuery ? "The item, if the query names all of its key; otherwise a page." : "The item.",
                        tagged,
                        "item");
                if (byQuery) {
                    found.withObject("/headers").set("Link", OpenApi.reference("headers", "Link"));
                    ArrayNode either = found.withObject("/content")
                            .putObject(MediaTypes.JSON)
                            .putObject("schema")
                            .putArray("anyOf");
                    either.add(schema("item")).add(schema("page"));
                    WaitDescription.addStatusTo(resource, parameters, either);
                }
                if (method.equals("head")) {
                    found.remove("content");
                }
                if (tagged) {
                    answer(responses, "304", "The caller has the current version.", true, null);
                }
            }
            case "put" -> {
                body(operation, "put", MediaTypes.PUT);
                created(responses, "The item is new.");
                answer(responses, "204", "The item was replaced.", versioned, null);
            }
            case "patch" -> {
                body(operation, "patch", MediaTypes.PATCH);
                answer(responses, "204", "The item was changed.", versioned, null);
            }
            default -> answer(responses, "204", "The item does not exist any more.", false, null);
        }
        if (!read) {
            WaitDescription.addTo(resource, parameters, responses);
            replay(responses);
        }
        refuse(responses, problems);
        operation.set("responses", responses);
        return operation;
    }

    private ObjectNode batch() {
        ObjectNode operation = operation("get", "-batch", "Reads many items by key");
        operation.putArray("parameters").add(QueryParameterList.consistent()).add(QueryParameterList.fields());
        content(operation).putObject(MediaTypes.JSON).set("schema", schema("keys"));
        ObjectNode responses = operation.putObject("responses");
        answer(responses, "200", "The items.", false, "batch");
        refuse(responses, ApiProblems.ofBatch());
        return operation;
    }

    private List<String> optionsHeaders() {
        return resource.isWritable() ? List.of("Allow", "Accept-Post", "Accept-Patch") : List.of("Allow");
    }

    private ObjectNode options(String suffix, List<String> replyHeaders) {
        ObjectNode operation = operation("options", suffix, "Lists the methods");
        ObjectNode responses = operation.putObject("responses");
        ObjectNode headers = responses
                .putObject("204")
                .put("description", "The methods, and the media types of bodies, if any.")
                .putObject("headers");
        replyHeaders.forEach(header -> headers.set(header, OpenApi.reference("headers", header)));
        refuse(responses, EnumSet.noneOf(ProblemType.class));
        return operation;
    }

    private ObjectNode operation(String method, String suffix, String summary) {
        ObjectNode operation = JsonNodeFactory.instance
                .objectNode()
                .put("operationId", resource.name() + "-" + method + suffix)
                .put("summary", summary);
        operation.putArray("tags").add(resource.name());
        return operation;
    }

    private void body(ObjectNode operation, String schema, MediaTypes types) {
        ObjectNode content = content(operation);
        types.types().forEach(type -> content.putObject(type).set("schema", schema(schema)));
    }

    private static ObjectNode content(ObjectNode operation) {
        return operation.putObject("requestBody").put("required", true).putObject("content");
    }

    /** The lines are described in prose: OpenAPI 3.1 cannot describe them. */
    private static void lines(ObjectNode content, String type, String description) {
        content.putObject(type).putObject("schema").put("type", "string").put("description", description);
    }

    private void created(ObjectNode responses, String description) {
        answer(responses, "201", description, versioned, "key")
                .withObject("/headers")
                .set("Location", OpenApi.reference("headers", "Location"));
    }

    private ObjectNode answer(
            ObjectNode responses, String status, String description, boolean tagged, @Nullable String schema) {
        ObjectNode response = responses.putObject(status).put("description", description);
        if (tagged) {
            response.withObject("/headers").set("ETag", OpenApi.reference("headers", "ETag"));
        }
        if (schema != null) {
            response.putObject("content").putObject(MediaTypes.JSON).set("schema", schema(schema));
        }
        return response;
    }

    /** Adds the header of repeated replies to the responses so far. */
    private void replay(ObjectNode responses) {
        if (resource.idempotency().isPresent()) {
            responses.forEach(response -> ((ObjectNode) response)
                    .withObject("/headers")
                    .set(IdempotencyKey.REPLAYED, OpenApi.reference("headers", IdempotencyKey.REPLAYED)));
        }
    }

    private void refuse(ObjectNode responses, Set<ProblemType> problems) {
        problems.addAll(ApiProblems.ofAny(authenticated));
        ApiProblems.refer(problems, responses);
    }

    private ObjectNode schema(String name) {
        return OpenApi.reference("schemas", resource.name() + "-" + name);
    }
}
