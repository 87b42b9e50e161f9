package dev.tributary.ingest;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Why a request wrote nothing.
 *
 * @param kind what callers decide by
 * @param detail for people; may quote the request, so it belongs in the answer and not in a log
 * @param errors the values that are wrong, for {@link Kind#INVALID_ITEM}
 * @param retryAfter when the same request may succeed, if it may
 */
public record Problem(Kind kind, String detail, List<FieldError> errors, Optional<Duration> retryAfter) {

    /** What callers decide by. */
    public enum Kind {
        /** Not JSON. */
        MALFORMED_JSON,
        /** JSON, but no object. */
        NOT_AN_OBJECT,
        /** An object that cannot be an item of the table. */
        INVALID_ITEM,
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

    static Problem of(Kind kind, String detail) {
        return new Problem(kind, detail, List.of(), Optional.empty());
    }

    static Problem retryable(Kind kind, String detail, Duration retryAfter) {
        return new Problem(kind, detail, List.of(), Optional.of(retryAfter));
    }

    static Problem invalid(List<FieldError> errors) {
        String detail =
                errors.size() == 1 ? "One value cannot be stored." : errors.size() + " values cannot be stored.";
        return new Problem(Kind.INVALID_ITEM, detail, errors, Optional.empty());
    }
}
