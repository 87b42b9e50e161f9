package dev.tributary.http.openapi;

import static dev.tributary.http.reply.ProblemType.BAD_CURSOR;
import static dev.tributary.http.reply.ProblemType.BAD_IDEMPOTENCY_KEY;
import static dev.tributary.http.reply.ProblemType.BAD_KEY;
import static dev.tributary.http.reply.ProblemType.BAD_PRECONDITION;
import static dev.tributary.http.reply.ProblemType.BAD_QUERY;
import static dev.tributary.http.reply.ProblemType.BAD_REQUEST;
import static dev.tributary.http.reply.ProblemType.BODY_TOO_LARGE;
import static dev.tributary.http.reply.ProblemType.BUSY;
import static dev.tributary.http.reply.ProblemType.CONTENDED;
import static dev.tributary.http.reply.ProblemType.FORBIDDEN;
import static dev.tributary.http.reply.ProblemType.FOREIGN_ORIGIN;
import static dev.tributary.http.reply.ProblemType.IDEMPOTENCY_KEY_REQUIRED;
import static dev.tributary.http.reply.ProblemType.IDEMPOTENCY_KEY_REUSED;
import static dev.tributary.http.reply.ProblemType.INSUFFICIENT_STORAGE;
import static dev.tributary.http.reply.ProblemType.INTERNAL_ERROR;
import static dev.tributary.http.reply.ProblemType.INVALID_ITEM;
import static dev.tributary.http.reply.ProblemType.ITEM_TOO_LARGE;
import static dev.tributary.http.reply.ProblemType.MALFORMED_JSON;
import static dev.tributary.http.reply.ProblemType.METHOD_NOT_ALLOWED;
import static dev.tributary.http.reply.ProblemType.MISDIRECTED;
import static dev.tributary.http.reply.ProblemType.NOT_AN_OBJECT;
import static dev.tributary.http.reply.ProblemType.NO_SUCH_ITEM;
import static dev.tributary.http.reply.ProblemType.OVERLOADED;
import static dev.tributary.http.reply.ProblemType.PATCH_TOO_LARGE;
import static dev.tributary.http.reply.ProblemType.PRECONDITION_FAILED;
import static dev.tributary.http.reply.ProblemType.PRECONDITION_REQUIRED;
import static dev.tributary.http.reply.ProblemType.REQUEST_IN_PROGRESS;
import static dev.tributary.http.reply.ProblemType.REQUEST_TIMEOUT;
import static dev.tributary.http.reply.ProblemType.STOPPING;
import static dev.tributary.http.reply.ProblemType.TABLE_CHANGED;
import static dev.tributary.http.reply.ProblemType.TABLE_UNAVAILABLE;
import static dev.tributary.http.reply.ProblemType.THROTTLED;
import static dev.tributary.http.reply.ProblemType.TIMEOUT;
import static dev.tributary.http.reply.ProblemType.TOO_MANY_REFUSED;
import static dev.tributary.http.reply.ProblemType.TOO_MANY_REQUESTS;
import static dev.tributary.http.reply.ProblemType.UNAUTHENTICATED;
import static dev.tributary.http.reply.ProblemType.UNAVAILABLE;
import static dev.tributary.http.reply.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The problems in the description of the resources: which replies have them, and their schema. */
public final class ApiProblems {

    /** Statuses of {@link ProblemType#BAD_REQUEST} besides its own, for malformed HTTP. They are the same for all resources. */
    public static final List<Integer> NOT_HTTP = List.of(411, 414, 417, 426, 431, 501, 505);

    private static final String NOT_HTTP_RESPONSE = "problem-not-http";

    /** Headers of problems, by status. */
    private static final Map<Integer, List<String>> HEADERS = Map.of(
            401, List.of("WWW-Authenticate"),
            403, List.of("WWW-Authenticate"),
            405, List.of("Allow"),
            409, List.of("Retry-After"),
            415, List.of("Accept", "Accept-Encoding", "Accept-Patch", "Accept-Post"),
            429, List.of("Retry-After"),
            503, List.of("Retry-After"));

    private ApiProblems() {}

    /** The problems of every request. */
    public static Set<ProblemType> ofAny(boolean authenticated) {
        Set<ProblemType> problems = EnumSet.of(BAD_REQUEST, INTERNAL_ERROR, TOO_MANY_REQUESTS, OVERLOADED);
        if (authenticated) {
            problems.addAll(EnumSet.of(UNAUTHENTICATED, FORBIDDEN));
        } else {
            problems.addAll(EnumSet.of(FOREIGN_ORIGIN, MISDIRECTED));
        }
        return problems;
    }

    /**
     * The further problems of requests for an item.
     *
     * @param guarded whether existing items are written only by requests that name their version
     */
    public static Set<ProblemType> ofItem(String method, boolean guarded) {
        Set<ProblemType> problems = EnumSet.of(
                BAD_QUERY, BAD_PRECONDITION, THROTTLED, UNAVAILABLE, TABLE_UNAVAILABLE, TABLE_CHANGED, TIMEOUT);
        problems.addAll(
                method.equals("post")
                        ? EnumSet.of(BUSY, STOPPING, TOO_MANY_REFUSED, INSUFFICIENT_STORAGE)
                        : EnumSet.of(BAD_KEY));
        if (List.of("get", "head").contains(method)) {
            problems.add(NO_SUCH_ITEM);
            return problems;
        }
        problems.addAll(EnumSet.of(
                INVALID_ITEM,
                PRECONDITION_FAILED,
                CONTENDED,
                ITEM_TOO_LARGE,
                BAD_IDEMPOTENCY_KEY,
                IDEMPOTENCY_KEY_REQUIRED,
                IDEMPOTENCY_KEY_REUSED,
                REQUEST_IN_PROGRESS));
        if (guarded) {
            problems.add(PRECONDITION_REQUIRED);
        }
        if (!method.equals("delete")) {
            problems.addAll(
                    EnumSet.of(MALFORMED_JSON, NOT_AN_OBJECT, REQUEST_TIMEOUT, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE));
        }
        if (method.equals("patch")) {
            problems.addAll(EnumSet.of(NO_SUCH_ITEM, PATCH_TOO_LARGE));
        }
        return problems;
    }

    /** The further problems of queries, besides those of reads of an item. */
    public static Set<ProblemType> ofQuery() {
        return EnumSet.of(BAD_CURSOR, METHOD_NOT_ALLOWED);
    }

    /** The further problems of reads of many items by key. */
    static Set<ProblemType> ofBatch() {
        return EnumSet.of(
                BAD_QUERY,
                BAD_KEY,
                MALFORMED_JSON,
                REQUEST_TIMEOUT,
                BODY_TOO_LARGE,
                ITEM_TOO_LARGE,
                UNSUPPORTED_MEDIA_TYPE,
                THROTTLED,
                UNAVAILABLE,
                TABLE_UNAVAILABLE,
                TABLE_CHANGED,
                TIMEOUT);
    }

    /** Adds references to the responses with these problems, one for each status. */
    static void refer(Set<ProblemType> problems, ObjectNode responses) {
        problems.stream()
                .map(ProblemType::status)
                .sorted()
                .forEach(status ->
                        responses.set(String.valueOf(status), OpenApi.reference("responses", "problem-" + status)));
        responses.set("default", OpenApi.reference("responses", NOT_HTTP_RESPONSE));
    }

    /** Adds the responses that {@link #refer} refers to. */
    static void addTo(ObjectNode responses) {
        Map<Integer, List<ProblemType>> byStatus = Arrays.stream(ProblemType.values())
                .collect(Collectors.groupingBy(ProblemType::status, TreeMap::new, Collectors.toList()));
        byStatus.forEach((status, types) -> response(
                responses.putObject("problem-" + status),
                types.stream().map(type -> type.slug() + ": " + type.title()).collect(Collectors.joining("; ")) + ".",
                types,
                HEADERS.getOrDefault(status, List.of())));
        response(
                responses.putObject(NOT_HTTP_RESPONSE),
                BAD_REQUEST.title() + ", with the status "
                        + NOT_HTTP.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ".",
                List.of(BAD_REQUEST),
                List.of());
    }

    private static void response(
            ObjectNode response, String description, List<ProblemType> types, List<String> headers) {
        response.put("description", description);
        if (!headers.isEmpty()) {
            ObjectNode listed = response.putObject("headers");
            headers.forEach(header -> listed.set(header, OpenApi.reference("headers", header)));
        }
        ObjectNode schema = response.putObject("content")
                .putObject(ProblemDocument.CONTENT_TYPE)
                .putObject("schema");
        schema.put("$ref", "#/components/schemas/problem");
        ArrayNode slugs = schema.putObject("properties").putObject("type").putArray("enum");
        types.forEach(type -> slugs.add(ProblemDocument.uri(type)));
    }

    /** Adds the schema of problem documents (RFC 9457), with the list of errors. */
    static void addSchemaTo(ObjectNode schemas) {
        ObjectNode problem = schemas.putObject("problem");
        problem.put("type", "object").put("description", "Why a request was refused (RFC 9457).");
        ObjectNode properties = problem.putObject("properties");
        properties.putObject("type").put("type", "string").put("format", "uri-reference");
        properties.putObject("title").put("type", "string");
        properties.putObject("status").put("type", "integer");
        properties.putObject("detail").put("type", "string").put("description", "For people; its words may change.");
        ObjectNode errors = properties.putObject("errors");
        errors.put("type", "array").put("description", "The values that are wrong.");
        ObjectNode error = errors.putObject("items").put("type", "object");
        ObjectNode members = error.putObject("properties");
        members.putObject("pointer")
                .put("type", "string")
                .put("format", "json-pointer")
                .put("description", "Where the value is, as a JSON Pointer (RFC 6901).");
        members.putObject("message").put("type", "string");
        error.putArray("required").add("pointer").add("message");
        problem.putArray("required").add("type").add("title").add("status").add("detail");
    }
}
