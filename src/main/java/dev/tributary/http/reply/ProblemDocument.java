package dev.tributary.http.reply;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.document.FieldError;
import dev.tributary.document.Problem;
import dev.tributary.document.RefusedException;
import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A problem document (RFC 9457): why a request was refused.
 *
 * @param status that of the type, except where Jetty refuses a request with another
 * @param headers of the response, such as {@code Allow}
 */
public record ProblemDocument(
        ProblemType type, int status, String detail, List<FieldError> errors, Map<String, String> headers) {

    public static final String CONTENT_TYPE = "application/problem+json";

    /** Largest length of the detail and of each error message, in characters: both may quote the request. */
    private static final int MAX_TEXT = 1000;

    private static final int MAX_ERRORS = 50;

    public ProblemDocument {
        detail = shortened(detail);
        errors = errors.stream()
                .limit(MAX_ERRORS)
                .map(error -> new FieldError(shortened(error.pointer()), shortened(error.message())))
                .toList();
    }

    public static ProblemDocument of(ProblemType type, String detail) {
        return new ProblemDocument(type, type.status(), detail, List.of(), Map.of());
    }

    public static ProblemDocument of(Problem problem) {
        ProblemType type = ProblemType.of(problem.kind());
        return problem.retryAfter()
                .map(after -> of(type, problem.detail()).retryAfter(after))
                .orElseGet(
                        () -> new ProblemDocument(type, type.status(), problem.detail(), problem.errors(), Map.of()));
    }

    /** The reply to a request whose handling failed: its refusal, or 500 if the failure is no refusal. */
    public static ProblemDocument of(Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        if (cause instanceof ProblemException refused) {
            return refused.document();
        }
        if (cause instanceof RefusedException refused) {
            return of(refused.problem());
        }
        return of(ProblemType.INTERNAL_ERROR, "The log of the server has the cause.");
    }

    public ProblemDocument with(String header, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(header, value);
        return new ProblemDocument(type, status, detail, errors, Map.copyOf(more));
    }

    public ProblemDocument retryAfter(Duration duration) {
        return with("Retry-After", seconds(duration));
    }

    /** The {@code type} member of documents of this type. */
    public static String uri(ProblemType type) {
        return "/problems/" + type.slug();
    }

    public String json() {
        return node().toString();
    }

    public ObjectNode node() {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("type", uri(type))
                .put("title", type.title())
                .put("status", status)
                .put("detail", detail);
        if (!errors.isEmpty()) {
            ArrayNode list = document.putArray("errors");
            errors.forEach(
                    error -> list.addObject().put("pointer", error.pointer()).put("message", error.message()));
        }
        return document;
    }

    public Reply reply() {
        Map<String, String> all = new TreeMap<>(headers);
        all.put("Content-Type", CONTENT_TYPE);
        return new Reply(status, all, json());
    }

    private static String shortened(String text) {
        if (text.length() <= MAX_TEXT) {
            return text;
        }
        // Half of a surrogate pair could not be encoded.
        int end = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT;
        return text.substring(0, end) + "…";
    }

    /** In whole seconds, as Retry-After needs; at least 1, because 0 would invite a retry storm. */
    private static String seconds(Duration duration) {
        return String.valueOf(Math.max(1, duration.plusMillis(999).toSeconds()));
    }
}
