package dev.tributary.dynamo;

import dev.tributary.model.Failures;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ItemCollectionSizeLimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * What a failed call to a table means, whatever was thrown.
 *
 * @param kind what can be done about it
 * @param message for people: the service's own words, without item values where we can help it
 * @param openEnded whether the call may have taken effect, or may still do so: true for everything but an answer with
 *     which the service refused it
 */
public record WriteFailure(Kind kind, String message, boolean openEnded) {

    /** The three kinds of error that a table gives. */
    public enum Kind {
        /** The table, the network or the service is short of something for now: try again. */
        CAPACITY,
        /** The table is missing, denied or not as configured: nothing of it is lost while somebody mends it. */
        CONFIGURATION,
        /** This write can never succeed, another one may. */
        SCHEMA
    }

    /** Codes with which the service refuses this very request, not the caller or the table. */
    private static final Set<String> SCHEMA_CODES =
            Set.of("ValidationException", "ValidationError", "ItemCollectionSizeLimitExceeded");

    private static final Set<String> CONFIGURATION_CODES = Set.of(
            "ResourceNotFoundException",
            "AccessDeniedException",
            "UnrecognizedClientException",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "IncompleteSignatureException",
            "ExpiredTokenException",
            "OptInRequired");

    /** Other codes with which the service says that it has not carried out the request and will not. */
    private static final Set<String> REFUSING_CODES = Set.of(
            "ConditionalCheckFailedException",
            "DuplicateItemException",
            "ItemCollectionSizeLimitExceededException",
            "LimitExceededException",
            "ProvisionedThroughputExceededException",
            "ReplicatedWriteConflictException",
            "RequestLimitExceeded",
            "ResourceInUseException",
            "SerializationException",
            "Throttling",
            "ThrottlingException",
            "TransactionCanceledException",
            "TransactionConflictException",
            "UnknownOperationException");

    private static final Set<String> THROTTLING_REASONS = Set.of("ThrottlingError", "ProvisionedThroughputExceeded");

    /** Answers of 500 and above are about the service: what became of the request is not known. */
    private static final int SERVER_ERRORS = 500;

    /** Reads the meaning of an exception that a table call ended with. */
    public static WriteFailure of(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof TransactionCanceledException cancelled && cancelled.hasCancellationReasons()) {
            return cancelled.cancellationReasons().stream()
                    .filter(reason -> SCHEMA_CODES.contains(text(reason.code())))
                    .findFirst()
                    .map(reason -> refused(Kind.SCHEMA, describe(reason)))
                    .orElseGet(() -> refused(Kind.CAPACITY, "transaction cancelled: " + codes(cancelled)));
        }
        if (failure instanceof CollisionException collision) {
            return refused(Kind.SCHEMA, collision.reason());
        }
        if (failure instanceof StatementException statement) {
            return statement.failure();
        }
        if (failure instanceof ItemCollectionSizeLimitExceededException) {
            return refused(Kind.SCHEMA, "item collection over 10 GB");
        }
        if (failure instanceof CancellationException) {
            return refused(Kind.CAPACITY, text(failure.getMessage())); // ours: a call that was not made
        }
        if (failure instanceof AwsServiceException service) {
            return answered(service);
        }
        if (failure instanceof SdkClientException) {
            return new WriteFailure(Kind.CAPACITY, "no answer: " + failure.getMessage(), true);
        }
        return new WriteFailure(Kind.CAPACITY, failure.toString(), true);
    }

    /** An answer need not be the service's, so it need not have a code: proxies and load balancers answer too. */
    private static WriteFailure answered(AwsServiceException service) {
        AwsErrorDetails details = service.awsErrorDetails();
        String code = details == null ? "" : text(details.errorCode());
        if (code.isEmpty()) {
            return new WriteFailure(
                    Kind.CAPACITY, "an answer without an error code, of status " + service.statusCode(), true);
        }
        String message = code + ": " + text(details.errorMessage());
        if (service.statusCode() >= SERVER_ERRORS) {
            return new WriteFailure(Kind.CAPACITY, message, true);
        }
        if (CONFIGURATION_CODES.contains(code)) {
            return refused(Kind.CONFIGURATION, message);
        }
        return SCHEMA_CODES.contains(code)
                ? refused(Kind.SCHEMA, message)
                : new WriteFailure(Kind.CAPACITY, message, !REFUSING_CODES.contains(code));
    }

    private static WriteFailure refused(Kind kind, String message) {
        return new WriteFailure(kind, message, false);
    }

    /** Whether a call ended because the table or the account has no capacity for it now. */
    public static boolean isThrottling(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof TransactionCanceledException cancelled && cancelled.hasCancellationReasons()) {
            return cancelled.cancellationReasons().stream()
                    .anyMatch(reason -> THROTTLING_REASONS.contains(text(reason.code())));
        }
        return failure instanceof AwsServiceException service && service.isThrottlingException();
    }

    private static String describe(CancellationReason reason) {
        return reason.code() + ": " + text(reason.message());
    }

    private static List<String> codes(TransactionCanceledException cancelled) {
        return cancelled.cancellationReasons().stream()
                .map(reason -> text(reason.code()))
                .toList();
    }

    /** What the SDK has of a part of an answer that may be missing; sets that hold no null do not take one either. */
    private static String text(@Nullable String part) {
        return part == null ? "" : part;
    }
}
