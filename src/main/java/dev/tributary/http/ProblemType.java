package dev.tributary.http;

import dev.tributary.ingest.Problem;

/**
 * The problems that answers name. Slugs and statuses are an interface: programs decide by them, so neither changes.
 *
 * <p>400 says the body cannot be read as a document at all; 422 says it can, and that its content is wrong (RFC 9110,
 * 15.5.21). The first is a fault of the program that sent it, the second often of the person who filled it in, and only
 * the second has field errors to show.
 */
enum ProblemType {
    BAD_REQUEST("bad-request", 400, "Not a valid HTTP request"),
    MALFORMED_JSON("malformed-json", 400, "The body is not JSON"),
    NOT_AN_OBJECT("not-an-object", 400, "The body is not a JSON object"),
    UNKNOWN_PATH("unknown-path", 404, "Nothing is at this path"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "The path does not take this method"),
    REQUEST_TIMEOUT("request-timeout", 408, "The request did not arrive in time"),
    BODY_TOO_LARGE("body-too-large", 413, "The body is too large"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body is not declared as JSON"),
    INVALID_ITEM("invalid-item", 422, "The document cannot be an item of the table"),
    INTERNAL_ERROR("internal-error", 500, "The request failed inside the server"),
    THROTTLED("throttled", 503, "The table is at its capacity"),
    UNAVAILABLE("unavailable", 503, "The table cannot be reached"),
    TABLE_UNAVAILABLE("table-unavailable", 503, "The table cannot be written"),
    TIMEOUT("timeout", 504, "DynamoDB did not answer in time");

    private final String slug;
    private final int status;
    private final String title;

    ProblemType(String slug, int status, String title) {
        this.slug = slug;
        this.status = status;
        this.title = title;
    }

    String slug() {
        return slug;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    static ProblemType of(Problem.Kind kind) {
        return switch (kind) {
            case MALFORMED_JSON -> MALFORMED_JSON;
            case NOT_AN_OBJECT -> NOT_AN_OBJECT;
            case INVALID_ITEM -> INVALID_ITEM;
            case THROTTLED -> THROTTLED;
            case TIMEOUT -> TIMEOUT;
            case UNAVAILABLE -> UNAVAILABLE;
            case TABLE_UNAVAILABLE -> TABLE_UNAVAILABLE;
        };
    }

    /** For what Jetty and Javalin refuse before a handler of ours is asked. */
    static ProblemType ofStatus(int status) {
        return switch (status) {
            case 404 -> UNKNOWN_PATH;
            case 405 -> METHOD_NOT_ALLOWED;
            case 408 -> REQUEST_TIMEOUT;
            case 413 -> BODY_TOO_LARGE;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            case 503 -> UNAVAILABLE;
            default -> status < 500 ? BAD_REQUEST : INTERNAL_ERROR;
        };
    }
}
