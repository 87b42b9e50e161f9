package dev.tributary.document;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Why a request was refused.
 *
 * @param kind what callers branch on
 * @param detail for the caller; may quote the request, so it must not be logged
 * @param errors the invalid values, for {@link Kind#INVALID_ITEM} and {@link Kind#BAD_KEY}
 * @param retryAfter after which the same request may succeed; empty if it cannot
 * @param cause message of DynamoDB or the client, which may name tables, roles and addresses: for health and log,
 *     never for an answer
 */
public record Problem(
        Kind kind, String detail, List<FieldError> errors, Optional<Duration> retryAfter, Optional<String> cause) {

    /** What callers branch on. */
    public enum Kind {
        /** Not JSON. */
        MALFORMED_JSON,
        /** JSON, but no object. */
        NOT_AN_OBJECT,
        /** An object that cannot be an item of the table. */
        INVALID_ITEM,
        /** The item is larger than the limit of DynamoDB. */
        ITEM_TOO_LARGE,
        /** The patch has more changes than DynamoDB takes in one update. */
        PATCH_TOO_LARGE,
        /** The path or the query is not the key of an item. */
        BAD_KEY,
        /** The cursor of the query is not one that the same query returned. */
        BAD_CURSOR,
        /** There is no item under the key. */
        NO_SUCH_ITEM,
        /** The item does not meet the precondition of the request. */
        PRECONDITION_FAILED,
        /** The request must name the version of the item. */
        PRECONDITION_REQUIRED,
        /** The precondition cannot be read, or the resource does not support it. */
        BAD_PRECONDITION,
        /** The idempotency key is invalid, or not accepted here. */
        BAD_IDEMPOTENCY_KEY,
        /** The request must carry an idempotency key. */
        IDEMPOTENCY_KEY_REQUIRED,
        /** The idempotency key was used with another request. */
        IDEMPOTENCY_KEY_REUSED,
        /** A request with the same idempotency key is being carried out. */
        REQUEST_IN_PROGRESS,
        /** Other requests wrote the item in every attempt. */
        CONTENDED,
        /** The table is at its capacity. */
        THROTTLED,
        /** DynamoDB did not answer in time; the item may have been written. */
        TIMEOUT,
        /** DynamoDB cannot be reached, or failed. */
        UNAVAILABLE,
        /** The table is missing, or the credentials do not allow the call. */
        TABLE_UNAVAILABLE,
        /** The table has another key, or other indexes, than at the start. */
        TABLE_CHANGED
    }

    public Problem {
        errors = List.copyOf(errors);
    }

    public static Problem of(Kind kind, String detail) {
        return new Problem(kind, detail, List.of(), Optional.empty(), Optional.empty());
    }

    public static Problem invalidKey(List<FieldError> errors) {
        return new Problem(Kind.BAD_KEY, "No item can have this key.", errors, Optional.empty(), Optional.empty());
    }

    public static Problem noSuchItem() {
        return of(Kind.NO_SUCH_ITEM, "No item of the table has this key.");
    }

    public static Problem retryable(Kind kind, String detail, Duration retryAfter) {
        return new Problem(kind, detail, List.of(), Optional.of(retryAfter), Optional.empty());
    }

    /** This problem with a cause for operators. */
    public Problem because(String text) {
        return new Problem(kind, detail, errors, retryAfter, Optional.of(text));
    }

    static Problem invalid(List<FieldError> errors) {
        String detail =
                errors.size() == 1 ? "One value cannot be stored." : errors.size() + " values cannot be stored.";
        return new Problem(Kind.INVALID_ITEM, detail, errors, Optional.empty(), Optional.empty());
    }
}
