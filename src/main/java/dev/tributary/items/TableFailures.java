package dev.tributary.items;

import dev.tributary.document.Problem;
import dev.tributary.document.Problem.Kind;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/**
 * Translates failed calls to a resource's table into problems. Callers get only the texts of this class; the message
 * of AWS is the cause, for operators.
 */
record TableFailures(String table, Duration timeout) {

    /** Long enough for a partition to regain capacity, and short enough for users. */
    static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** Code of the reason of a transaction that a concurrent one cancelled. */
    static final String CONFLICT = "TransactionConflict";

    /**
     * In DynamoDB's messages about a key that is not the table's. Keys are checked before they are sent, so the table has
     * another key than it had; the key of an index is the item's fault.
     */
    private static final Pattern OTHER_KEY = Pattern.compile(
            "(?i)type mismatch for key|missing the key|one of the required keys|key element does not match|number of conditions on the keys");

    /**
     * Returns the problem of a failed call.
     *
     * @throws CompletionException if the failure is a defect, and not the caller's or the table's
     */
    Problem explain(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (!(failure instanceof SdkException)) {
            throw new CompletionException(failure);
        }
        if (WriteFailure.isTimeout(failure)) {
            return Problem.of(
                    Kind.TIMEOUT,
                    "DynamoDB did not answer within %d ms. A write may have taken effect all the same: send it again if it had an idempotency key, else read the item before you decide."
                            .formatted(timeout.toMillis()));
        }
        if (failure instanceof TransactionConflictException || isConflict(failure)) {
            return contended();
        }
        if (WriteFailure.isThrottling(failure)) {
            return Problem.retryable(Kind.THROTTLED, "The table is at its capacity. Try again.", RETRY_AFTER)
                    .because("Table %s is at its capacity.".formatted(table));
        }
        WriteFailure meaning = WriteFailure.of(failure);
        return switch (meaning.kind()) {
            case SCHEMA -> refused(meaning.message());
            case CONFIGURATION -> unavailable("Table %s cannot be used. %s".formatted(table, meaning.message()));
            case CAPACITY ->
                Problem.retryable(Kind.UNAVAILABLE, "The table cannot be reached. Try again.", RETRY_AFTER)
                        .because("Table %s cannot be reached. %s".formatted(table, meaning.message()));
        };
    }

    /** Returns the problem of a failed read: as {@link #explain}, but no item is at fault, and nothing was written. */
    Problem explainRead(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (WriteFailure.isTimeout(failure)) {
            return Problem.of(
                    Kind.TIMEOUT, "DynamoDB did not answer within %d ms. Try again.".formatted(timeout.toMillis()));
        }
        return failure instanceof SdkException && WriteFailure.of(failure).kind() == WriteFailure.Kind.SCHEMA
                ? changed(WriteFailure.of(failure).message())
                : explain(failure);
    }

    /** The requests of this program fit the table as it was described at the start. */
    private Problem changed(String message) {
        return Problem.of(
                        Kind.TABLE_CHANGED,
                        "The table has another key, or other indexes, than when the server started. The server's health and log have the cause.")
                .because("Table %s has another key, or other indexes, than at the start. Restart the daemon. %s"
                        .formatted(table, message));
    }

    /** Whether a concurrent transaction cancelled this one. */
    private static boolean isConflict(Throwable failure) {
        return failure instanceof TransactionCanceledException cancelled
                && cancelled.hasCancellationReasons()
                && cancelled.cancellationReasons().stream().anyMatch(reason -> CONFLICT.equals(reason.code()));
    }

    /** @param cause for operators: the message of AWS may name accounts and roles */
    static Problem unavailable(String cause) {
        return Problem.of(
                        Kind.TABLE_UNAVAILABLE, "The table cannot be used. The server's health and log have the cause.")
                .because(cause);
    }

    static Problem contended() {
        return Problem.retryable(
                Kind.CONTENDED, "Other requests wrote the item at the same time. Try again.", RETRY_AFTER);
    }

    /** Only DynamoDB knows the size of an item after an update, and reports it only in the message. */
    private Problem refused(String message) {
        if (OTHER_KEY.matcher(message).find()) {
            return changed(message);
        }
        return message.toLowerCase(Locale.ROOT).contains("item size")
                ? Problem.of(Kind.ITEM_TOO_LARGE, "The item would be larger than 400 KB, the largest size in DynamoDB.")
                : Problem.of(
                                Kind.INVALID_ITEM,
                                "DynamoDB refused the item: a value does not fit a key of the table or of one of its indexes.")
                        .because(message);
    }
}
