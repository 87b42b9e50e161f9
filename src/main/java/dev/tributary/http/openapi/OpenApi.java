package dev.tributary.http.openapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.items.IdempotencyKey;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.items.Resource;
import dev.tributary.model.Sha256;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An OpenAPI 3.1 document of the resources. It depends on the settings alone, so daemons with one configuration have the
 * same document.
 *
 * @param version changes when the document does
 */
public record OpenApi(String json, String version) {

    private static final int VERSION_CHARACTERS = 16;

    /**
     * Describes these resources.
     *
     * @param authenticated whether requests need a token
     * @param basePath prefix of the paths that a proxy strips; may be empty
     */
    public static OpenApi of(List<Resource> resources, boolean authenticated, String basePath) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("openapi", "3.1.0");
        ObjectNode info = document.putObject("info");
        info.put("title", "Items")
                .put(
                        "description",
                        "Each path is one table, and each resource under it one item. Numbers have up to 38 digits: read"
                                + " them as decimals, as a double keeps 15 to 17. What a request sends may be at most 32"
                                + " objects and arrays deep.");
        // Relative to the document's own URI, which also holds behind proxies.
        document.putArray("servers").addObject().put("url", basePath.isEmpty() ? "/" : basePath);
        if (authenticated) {
            document.putArray("security").addObject().putArray("bearer");
        }
        List<Resource> ordered =
                resources.stream().sorted(Comparator.comparing(Resource::name)).toList();
        ObjectNode paths = document.putObject("paths");
        describeItself(paths.putObject(OpenApiEndpoint.PATH), authenticated);
        ordered.forEach(resource -> new ResourceOperations(resource, authenticated).addTo(paths));
        addComponents(document.putObject("components"), ordered, authenticated);

        String version = hash(document.toString());
        info.put("version", version);
        return new OpenApi(document.toString(), version);
    }

    private static void describeItself(ObjectNode path, boolean authenticated) {
        for (String method : List.of("get", "head")) {
            ObjectNode operation = path.putObject(method)
                    .put("operationId", method + "Description") // upper case, which names of resources do not have
                    .put("summary", "This description");
            ObjectNode responses = operation.putObject("responses");
            ObjectNode found = responses.putObject("200").put("description", "The description.");
            found.putObject("headers").set("ETag", reference("headers", "ETag"));
            if (method.equals("get")) {
                found.putObject("content")
                        .putObject(MediaTypes.JSON)
                        .putObject("schema")
                        .put("type", "object");
            }
            responses
                    .putObject("304")
                    .put("description", "The caller has the current version.")
                    .putObject("headers")
                    .set("ETag", reference("headers", "ETag"));
            Set<ProblemType> problems = ApiProblems.ofAny(authenticated);
            problems.addAll(EnumSet.of(ProblemType.BAD_QUERY, ProblemType.BAD_PRECONDITION));
            ApiProblems.refer(problems, responses);
        }
        ObjectNode options = path.putObject("options")
                .put("operationId", "optionsDescription")
                .put("summary", "Lists the methods");
        ObjectNode responses = options.putObject("responses");
        responses
                .putObject("204")
                .put("description", "The methods.")
                .putObject("headers")
                .set("Allow", reference("headers", "Allow"));
        ApiProblems.refer(ApiProblems.ofAny(authenticated), responses);
    }

    private static void addComponents(ObjectNode components, List<Resource> resources, boolean authenticated) {
        ObjectNode schemas = components.putObject("schemas");
        ApiProblems.addSchemaTo(schemas);
        WaitDescription.addSchemaTo(schemas);
        resources.forEach(resource -> new ItemSchemas(resource).addTo(schemas));
        ApiProblems.addTo(components.putObject("responses"));
        ObjectNode headers = components.putObject("headers");
        Map.ofEntries(
                        entry("ETag", "The version, in double quotes."),
                        entry("Link", "The URI of the next page, with rel=\"next\"; absent on the last page."),
                        entry(IdempotencyKey.REPLAYED, "true: the reply of an earlier request with the same key."),
                        entry("Location", "The item's own URI."),
                        entry("Allow", "The methods that the path takes."),
                        entry("Accept", "The media types that PUT takes."),
                        entry("Accept-Encoding", "The content codings that the path takes."),
                        entry("Accept-Patch", "The media types that PATCH takes."),
                        entry("Accept-Post", "The media types that POST takes."),
                        entry("Preference-Applied", "The preference that was applied: wait."),
                        entry("Retry-After", "Seconds to wait."),
                        entry("WWW-Authenticate", "What is expected."))
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(header -> headers.putObject(header.getKey())
                        .put("description", header.getValue())
                        .putObject("schema")
                        .put("type", header.getKey().equals("Retry-After") ? "integer" : "string"));
        if (authenticated) {
            components
                    .putObject("securitySchemes")
                    .putObject("bearer")
                    .put("type", "http")
                    .put("scheme", "bearer");
        }
    }

    static ObjectNode reference(String components, String name) {
        return JsonNodeFactory.instance.objectNode().put("$ref", "#/components/" + components + "/" + name);
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(Sha256.of(text.getBytes(UTF_8))).substring(0, VERSION_CHARACTERS);
    }
}
