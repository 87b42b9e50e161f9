package dev.tributary.table;

import dev.tributary.model.Failures;
import java.util.List;
import java.util.Set;
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
 */
public record WriteFailure(Kind kind, String message) {

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
    private static final List<String> SCHEMA_CODES =
            List.of("ValidationException", "ValidationError", "ItemCollectionSizeLimitExceeded");

    private static final List<String> CONFIGURATION_CODES = List.of(
            "ResourceNotFoundException",
            "AccessDeniedException",
            "UnrecognizedClientException",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "IncompleteSignatureException",
            "ExpiredTokenException",
            "OptInRequired");

    private static final Set<String> THROTTLING_REASONS = Set.of("ThrottlingError", "ProvisionedThroughputExceeded");

    /** Reads the meaning of an exception that a table call ended with. */
    public static WriteFailure of(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof TransactionCanceledException cancelled && cancelled.hasCancellationReasons()) {
            return cancelled.cancellationReasons().stream()
                    .filter(reason -> SCHEMA_CODES.contains(reason.code()))
                    .findFirst()
                    .map(reason -> new WriteFailure(Kind.SCHEMA, describe(reason)))
                    .orElseGet(() -> new WriteFailure(Kind.CAPACITY, "transaction cancelled: " + codes(cancelled)));
        }
        if (failure instanceof CollisionException collision) {
            return new WriteFailure(Kind.SCHEMA, collision.reason());
        }
        if (failure instanceof ItemCollectionSizeLimitExceededException) {
            return new WriteFailure(Kind.SCHEMA, "item collection over 10 GB");
        }
        if (failure instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            String code = service.awsErrorDetails().errorCode();
            String message = code + ": " + service.awsErrorDetails().errorMessage();
            if (CONFIGURATION_CODES.contains(code)) {
                return new WriteFailure(Kind.CONFIGURATION, message);
            }
            return new WriteFailure(SCHEMA_CODES.contains(code) ? Kind.SCHEMA : Kind.CAPACITY, message);
        }
        if (failure instanceof SdkClientException) {
            return new WriteFailure(Kind.CAPACITY, "no answer: " + failure.getMessage());
        }
        return new WriteFailure(Kind.CAPACITY, failure.toString());
    }

    /** Whether a call ended because the table or the account has no capacity for it now. */
    public static boolean isThrottling(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof TransactionCanceledException cancelled && cancelled.hasCancellationReasons()) {
            return cancelled.cancellationReasons().stream()
                    .anyMatch(reason -> THROTTLING_REASONS.contains(reason.code()));
        }
        return failure instanceof AwsServiceException service && service.isThrottlingException();
    }

    private static String describe(CancellationReason reason) {
        return reason.code() + ": " + reason.message();
    }

    private static List<String> codes(TransactionCanceledException cancelled) {
        return cancelled.cancellationReasons().stream()
                .map(CancellationReason::code)
                .toList();
    }
}
