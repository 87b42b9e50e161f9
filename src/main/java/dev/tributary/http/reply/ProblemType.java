package dev.tributary.http.reply;

import dev.tributary.document.Problem;

/**
 * The types of problems. Slugs and statuses are an interface that programs depend on, so neither changes.
 *
 * <p>400 means that the body cannot be parsed; 422 that it can, and that its content is invalid (RFC 9110, 15.5.21). The
 * first is an error of the client program, the second often of its user, and only the second has field errors to show.
 */
public enum ProblemType {
    BAD_REQUEST("bad-request", 400, "Not a valid HTTP request"),
    MALFORMED_JSON("malformed-json", 400, "The body is not JSON"),
    NOT_AN_OBJECT("not-an-object", 400, "The body is not a JSON object"),
    BAD_KEY("bad-key", 400, "The request does not name the key of an item"),
    BAD_QUERY("bad-query", 400, "The query does not fit this path"),
    BAD_CURSOR("bad-cursor", 400, "The cursor belongs to another query"),
    BAD_PRECONDITION("bad-precondition", 400, "The precondition cannot be used here"),
    BAD_IDEMPOTENCY_KEY("bad-idempotency-key", 400, "The idempotency key cannot be used here"),
    IDEMPOTENCY_KEY_REQUIRED("idempotency-key-required", 400, "The request has to carry an idempotency key"),
    UNAUTHENTICATED("unauthenticated", 401, "The request has no valid token"),
    FORBIDDEN("forbidden", 403, "The token is not for this request"),
    FOREIGN_ORIGIN("foreign-origin", 403, "The request comes from a page of another site"),
    UNKNOWN_PATH("unknown-path", 404, "Nothing is at this path"),
    NO_SUCH_ITEM("no-such-item", 404, "There is no such item"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "The path does not take this method"),
    REQUEST_TIMEOUT("request-timeout", 408, "The request did not arrive in time"),
    REQUEST_IN_PROGRESS("request-in-progress", 409, "A request with this idempotency key is being carried out"),
    PRECONDITION_FAILED("precondition-failed", 412, "The item does not fulfil the precondition"),
    BODY_TOO_LARGE("body-too-large", 413, "The body is too large"),
    ITEM_TOO_LARGE("item-too-large", 413, "The item is too large for DynamoDB"),
    PATCH_TOO_LARGE("patch-too-large", 413, "The patch has too many changes for DynamoDB"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body is not declared as JSON"),
    MISDIRECTED("misdirected", 421, "The request is for another host"),
    INVALID_ITEM("invalid-item", 422, "The document cannot be an item of the table"),
    IDEMPOTENCY_KEY_REUSED("idempotency-key-reused", 422, "The idempotency key is that of another request"),
    TOO_MANY_REFUSED("too-many-refused", 422, "Too many documents were refused"),
    PRECONDITION_REQUIRED("precondition-required", 428, "The request has to name the version that it changes"),
    TOO_MANY_REQUESTS("too-many-requests", 429, "The caller exceeds its rate"),
    INTERNAL_ERROR("internal-error", 500, "The request failed inside the server"),
    OVERLOADED("overloaded", 503, "The server has too many open requests"),
    THROTTLED("throttled", 503, "The table is at its capacity"),
    BUSY("busy", 503, "The server is at its limits"),
    STOPPING("stopping", 503, "The server stops"),
    CONTENDED("contended", 503, "Other requests write the item at the same time"),
    UNAVAILABLE("unavailable", 503, "The table cannot be reached"),
    TABLE_UNAVAILABLE("table-unavailable", 503, "The table is missing or denied"),
    TABLE_CHANGED("table-changed", 503, "The table is not as it was when the server started"),
    TIMEOUT("timeout", 504, "DynamoDB did not answer in time"),
    INSUFFICIENT_STORAGE("insufficient-storage", 507, "The disk of the server is full");

    private final String slug;
    private final int status;
    private final String title;

    ProblemType(String slug, int status, String title) {
        this.slug = slug;
        this.status = status;
        this.title = title;
    }

    public String slug() {
        return slug;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    public static ProblemType of(Problem.Kind kind) {
        return switch (kind) {
            case MALFORMED_JSON -> MALFORMED_JSON;
            case NOT_AN_OBJECT -> NOT_AN_OBJECT;
            case INVALID_ITEM -> INVALID_ITEM;
            case ITEM_TOO_LARGE -> ITEM_TOO_LARGE;
            case PATCH_TOO_LARGE -> PATCH_TOO_LARGE;
            case BAD_KEY -> BAD_KEY;
            case BAD_CURSOR -> BAD_CURSOR;
            case NO_SUCH_ITEM -> NO_SUCH_ITEM;
            case PRECONDITION_FAILED -> PRECONDITION_FAILED;
            case PRECONDITION_REQUIRED -> PRECONDITION_REQUIRED;
            case BAD_PRECONDITION -> BAD_PRECONDITION;
            case BAD_IDEMPOTENCY_KEY -> BAD_IDEMPOTENCY_KEY;
            case IDEMPOTENCY_KEY_REQUIRED -> IDEMPOTENCY_KEY_REQUIRED;
            case IDEMPOTENCY_KEY_REUSED -> IDEMPOTENCY_KEY_REUSED;
            case REQUEST_IN_PROGRESS -> REQUEST_IN_PROGRESS;
            case CONTENDED -> CONTENDED;
            case THROTTLED -> THROTTLED;
            case TIMEOUT -> TIMEOUT;
            case UNAVAILABLE -> UNAVAILABLE;
            case TABLE_UNAVAILABLE -> TABLE_UNAVAILABLE;
            case TABLE_CHANGED -> TABLE_CHANGED;
        };
    }

    /** The type of a request that Jetty refuses with this status before any handler is called. */
    public static ProblemType ofStatus(int status) {
        return switch (status) {
            case 401 -> UNAUTHENTICATED;
            case 403 -> FORBIDDEN;
            case 404 -> UNKNOWN_PATH;
            case 405 -> METHOD_NOT_ALLOWED;
            case 408 -> REQUEST_TIMEOUT;
            case 413 -> BODY_TOO_LARGE;
            case 421 -> MISDIRECTED;
            case 429 -> TOO_MANY_REQUESTS;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            case 501, 505 -> BAD_REQUEST; // an unknown transfer coding or version of HTTP
            case 503 -> UNAVAILABLE;
            default -> status < 500 ? BAD_REQUEST : INTERNAL_ERROR;
        };
    }
}
