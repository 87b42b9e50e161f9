package dev.tributary.document;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Why a request wrote nothing.
 *
 * @param kind what callers decide by
 * @param detail for people; may quote the request, so it belongs in the answer and not in a log
 * @param errors the values that are wrong, for {@link Kind#INVALID_ITEM} and {@link Kind#BAD_KEY}
 * @param retryAfter when the same request may succeed, if it may
 * @param cause what DynamoDB or the client said, with names of tables, roles and addresses: for operators, in health and
 *     log, never in an answer
 */
public record Problem(
        Kind kind, String detail, List<FieldError> errors, Optional<Duration> retryAfter, Optional<String> cause) {

    /** What callers decide by. */
    public enum Kind {
        /** Not JSON. */
        MALFORMED_JSON,
        /** JSON, but no object. */
        NOT_AN_OBJECT,
        /** An object that cannot be an item of the table. */
        INVALID_ITEM,
        /** The item is larger than DynamoDB takes. */
        ITEM_TOO_LARGE,
        /** More changes of one item than DynamoDB takes in one update. */
        PATCH_TOO_LARGE,
        /** The path or the query is not the key of an item. */
        BAD_KEY,
        /** There is no item under the key. */
        NO_SUCH_ITEM,
        /** The item is not what the request asks it to be. */
        PRECONDITION_FAILED,
        /** The request has to say which version of the item it means. */
        PRECONDITION_REQUIRED,
        /** A precondition that cannot be read, or that the route has no answer to. */
        BAD_PRECONDITION,
        /** What should be the key of the request cannot be one, or is where none is taken. */
        BAD_IDEMPOTENCY_KEY,
        /** The request has to carry a key. */
        IDEMPOTENCY_KEY_REQUIRED,
        /** The key of the request is that of another request. */
        IDEMPOTENCY_KEY_REUSED,
        /** A request with the same key is being carried out. */
        REQUEST_IN_PROGRESS,
        /** Others wrote the item all the time. */
        CONTENDED,
        /** The table is asked for more than it gives at the moment. */
        THROTTLED,
        /** DynamoDB did not answer in time; the item may have been written. */
        TIMEOUT,
        /** DynamoDB cannot be reached, or failed. */
        UNAVAILABLE,
        /** The table is missing, or may not be written with our credentials. */
        TABLE_UNAVAILABLE
    }

    public Problem {
        errors = List.copyOf(errors);
    }

    public static Problem of(Kind kind, String detail) {
        return new Problem(kind, detail, List.of(), Optional.empty(), Optional.empty());
    }

    static Problem invalidKey(List<FieldError> errors) {
        return new Problem(Kind.BAD_KEY, "No item can have this key.", errors, Optional.empty(), Optional.empty());
    }

    public static Problem noSuchItem() {
        return of(Kind.NO_SUCH_ITEM, "No item of the table has this key.");
    }

    public static Problem retryable(Kind kind, String detail, Duration retryAfter) {
        return new Problem(kind, detail, List.of(), Optional.of(retryAfter), Optional.empty());
    }

    /** The same, with what operators need to know. */
    public Problem because(String text) {
        return new Problem(kind, detail, errors, retryAfter, Optional.of(text));
    }

    static Problem invalid(List<FieldError> errors) {
        String detail =
                errors.size() == 1 ? "One value cannot be stored." : errors.size() + " values cannot be stored.";
        return new Problem(Kind.INVALID_ITEM, detail, errors, Optional.empty(), Optional.empty());
    }
}
