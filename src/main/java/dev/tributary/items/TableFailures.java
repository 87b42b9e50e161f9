package dev.tributary.items;

import dev.tributary.document.Problem;
import dev.tributary.document.Problem.Kind;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
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
     * Returns the problem of a failed call.
     *
     * @throws CompletionException if the failure is a defect, and not the caller's or the table's
     */
    Problem explain(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (!(failure instanceof SdkException)) {
            throw new CompletionException(failure);
        }
        if (failure instanceof ApiCallTimeoutException || failure instanceof ApiCallAttemptTimeoutException) {
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
            case CONFIGURATION ->
                Problem.of(
                                Kind.TABLE_UNAVAILABLE,
                                "The table cannot be used. The server's health and log have the cause.")
                        .because("Table %s cannot be used. %s".formatted(table, meaning.message()));
            case CAPACITY ->
                Problem.retryable(Kind.UNAVAILABLE, "The table cannot be reached. Try again.", RETRY_AFTER)
                        .because("Table %s cannot be reached. %s".formatted(table, meaning.message()));
        };
    }

    /** Whether a concurrent transaction cancelled this one. */
    private static boolean isConflict(Throwable failure) {
        return failure instanceof TransactionCanceledException cancelled
                && cancelled.hasCancellationReasons()
                && cancelled.cancellationReasons().stream().anyMatch(reason -> CONFLICT.equals(reason.code()));
    }

    static Problem contended() {
        return Problem.retryable(
                Kind.CONTENDED, "Other requests wrote the item at the same time. Try again.", RETRY_AFTER);
    }

    /** Only DynamoDB knows the size of an item after an update, and reports it only in the message. */
    private static Problem refused(String message) {
        return message.toLowerCase(Locale.ROOT).contains("item size")
                ? Problem.of(Kind.ITEM_TOO_LARGE, "The item would be larger than DynamoDB takes, which is 400 KB.")
                : Problem.of(
                                Kind.INVALID_ITEM,
                                "DynamoDB refused the item: a value is not one that the table or one of its indexes takes.")
                        .because(message);
    }
}
