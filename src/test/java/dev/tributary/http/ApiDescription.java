package dev.tributary.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.tributary.http.openapi.ApiProblems;
import io.openapiprocessor.jsonschema.schema.JsonSchema;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Validates requests and replies against the server's OpenAPI description. */
final class ApiDescription {

    /** Headers that a caller acts on. */
    private static final List<String> HEADERS = List.of(
            "ETag",
            "Location",
            "Link",
            "Preference-Applied",
            "Idempotency-Replayed",
            "Allow",
            "Retry-After",
            "Accept",
            "Accept-Post",
            "Accept-Patch",
            "WWW-Authenticate");

    private final JsonNode document;
    private final Map<JsonNode, JsonSchema> schemas = new ConcurrentHashMap<>();

    ApiDescription(String json) {
        document = JsonSchemas.read(json);
    }

    /**
     * A request and its reply.
     *
     * @param type of the request's body; empty for none
     * @param headers of the answer, by name in lower case
     */
    record Exchange(
            String method,
            String target,
            String type,
            String body,
            int status,
            Map<String, String> headers,
            String answer) {

        /** @param target as the request line has it */
        static Exchange of(HttpResponse<String> response, String target, String body) {
            Map<String, String> answered = new TreeMap<>();
            response.headers().map().forEach((name, values) -> answered.put(name, String.join(", ", values)));
            return new Exchange(
                    response.request().method(),
                    target,
                    response.request().headers().firstValue("Content-Type").orElse(""),
                    body,
                    response.statusCode(),
                    answered,
                    response.body());
        }

        @Override
        public String toString() {
            return "%s %s: %d %s"
                    .formatted(method, target, status, answer.length() < 500 ? answer : answer.substring(0, 500) + "…");
        }
    }

    /** Fails if the description does not allow this. */
    void assertDescribes(Exchange exchange) {
        Optional<JsonNode> path = path(exchange.target());
        if (path.isEmpty()) {
            assertThat(exchange.status()).as("at an untold path: %s", exchange).isBetween(400, 499);
            return;
        }
        JsonNode operation = path.get().get(exchange.method().toLowerCase(Locale.ROOT));
        if (operation == null || !exchange.method().equals(exchange.method().toUpperCase(Locale.ROOT))) {
            assertThat(exchange.status())
                    .as("with an untold method: %s", exchange)
                    .matches(status ->
                            List.of(400, 401, 403, 405).contains(status) || ApiProblems.NOT_HTTP.contains(status));
            return;
        }
        JsonNode response = response(operation, exchange);
        assertThat(response).as("an untold status: %s", exchange).isNotNull();
        for (String header : HEADERS) {
            if (exchange.headers().containsKey(header.toLowerCase(Locale.ROOT))) {
                assertThat(response.path("headers").has(header))
                        .as("the untold header %s: %s", header, exchange)
                        .isTrue();
            }
        }
        if (exchange.answer().isEmpty()) {
            boolean mayBeEmpty = !response.has("content") || exchange.method().equals("HEAD");
            assertThat(mayBeEmpty).as("a body is missing: %s", exchange).isTrue();
        } else {
            assertContent(response, exchange.headers().getOrDefault("content-type", ""), exchange.answer(), exchange);
        }
        // 200 does not mean that the documents of a bulk request are valid; a replayed request was valid once
        if (List.of(201, 204).contains(exchange.status())
                && !exchange.headers().containsKey("idempotency-replayed")
                && !exchange.body().isEmpty()) {
            assertContent(operation.path("requestBody"), exchange.type(), exchange.body(), exchange);
        }
    }

    private JsonNode response(JsonNode operation, Exchange exchange) {
        JsonNode responses = operation.get("responses");
        JsonNode told = responses.get(String.valueOf(exchange.status()));
        return resolve(
                told == null && ApiProblems.NOT_HTTP.contains(exchange.status()) ? responses.get("default") : told);
    }

    private void assertContent(JsonNode told, String type, String body, Exchange exchange) {
        String name = type.replaceFirst("\\s*;.*", "").toLowerCase(Locale.ROOT);
        JsonNode schema = told.path("content").path(name).get("schema");
        assertThat(schema).as("the untold type %s: %s", name, exchange).isNotNull();
        JsonSchema known = schemas.computeIfAbsent(schema, absent -> JsonSchemas.schema(absent, document));
        assertThat(JsonSchemas.errorsOf(
                        name.endsWith("json") && !name.endsWith("ndjson") ? JsonSchemas.read(body) : new TextNode(body),
                        known))
                .as("%s%n%s", exchange, body)
                .isEmpty();
    }

    private JsonNode resolve(JsonNode node) {
        return node != null && node.has("$ref")
                ? document.at(node.get("$ref").asText().substring(1))
                : node;
    }

    /** The matching path with the fewest parameters, as OpenAPI requires. */
    private Optional<JsonNode> path(String target) {
        String path = target.replaceFirst("\\?.*", "").replaceFirst("(?<=.)/$", "");
        return names(document.get("paths"))
                .filter(template -> fits(template, path))
                .min(Comparator.comparing(
                        template -> template.chars().filter(c -> c == '{').count()))
                .map(document.get("paths")::get);
    }

    private static boolean fits(String template, String path) {
        List<String> parts = Arrays.asList(template.split("/", -1));
        List<String> segments = Arrays.asList(path.split("/", -1));
        if (parts.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            boolean free = parts.get(i).startsWith("{") && !segments.get(i).isEmpty();
            if (!free && !parts.get(i).equals(segments.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Stream<String> names(JsonNode object) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(object.fieldNames(), 0), false);
    }
}
