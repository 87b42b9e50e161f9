package dev.tributary.dynamo;

import dev.tributary.model.Failures;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ItemCollectionSizeLimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The classification of a failed call to a table.
 *
 * @param kind the reaction that it needs
 * @param message for people: the message of the service, without values of items as far as possible
 * @param openEnded whether the call may have taken effect, or may still take effect: false only if the service refused it
 */
public record WriteFailure(Kind kind, String message, boolean openEnded) {

    /** The kinds of failure. */
    public enum Kind {
        /** The table, the network or the service lacks capacity for now: the call is retried. */
        CAPACITY,
        /** The table is missing, denied or not as configured: the call is retried until a person has corrected that. */
        CONFIGURATION,
        /** This write can never succeed; another one may. */
        SCHEMA
    }

    /** Codes with which the service refuses the request itself, not the caller or the table. */
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
            "OptInRequired",
            // Of STS, where a role is to be assumed.
            "AccessDenied",
            "ExpiredToken",
            "InvalidClientTokenId",
            "RegionDisabledException",
            "SignatureDoesNotMatch");

    /** Other codes with which the service refuses a request: it has no effect. */
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

    /** How the SDK's message begins. */
    private static final String NO_CREDENTIALS = "Unable to load credentials from any of the providers";

    /** The lowest status of a server error, after which the effect of the request is unknown. */
    private static final int SERVER_ERRORS = 500;

    /** Classifies the exception of a failed call. */
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
            return refused(Kind.CAPACITY, text(failure.getMessage())); // of this program: the call was not made
        }
        if (failure instanceof AwsServiceException service) {
            return ofResponse(service);
        }
        if (failure instanceof SdkClientException) {
            return new WriteFailure(Kind.CAPACITY, withoutResponse(text(failure.getMessage())), true);
        }
        return new WriteFailure(Kind.CAPACITY, failure.toString(), true);
    }

    /** The SDK's message names the reasons of each of six providers. */
    private static String withoutResponse(String message) {
        return message.startsWith(NO_CREDENTIALS)
                ? "no AWS credentials were found in the environment, the profile, or a role of the task or instance"
                : "no response: " + message;
    }

    /** A response may be from a proxy or a load balancer, so it may have no error code. */
    private static WriteFailure ofResponse(AwsServiceException service) {
        AwsErrorDetails details = service.awsErrorDetails();
        String code = details == null ? "" : text(details.errorCode());
        if (code.isEmpty()) {
            return new WriteFailure(
                    Kind.CAPACITY, "a response without an error code, with status " + service.statusCode(), true);
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

    /** Whether a call failed because the table or the account has no capacity for it now. */
    public static boolean isThrottling(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof TransactionCanceledException cancelled && cancelled.hasCancellationReasons()) {
            return cancelled.cancellationReasons().stream()
                    .anyMatch(reason -> THROTTLING_REASONS.contains(text(reason.code())));
        }
        return failure instanceof AwsServiceException service && service.isThrottlingException();
    }

    /** Whether a call had no answer within the time that it is given. */
    public static boolean isTimeout(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        return failure instanceof ApiCallTimeoutException || failure instanceof ApiCallAttemptTimeoutException;
    }

    private static String describe(CancellationReason reason) {
        return reason.code() + ": " + text(reason.message());
    }

    private static List<String> codes(TransactionCanceledException cancelled) {
        return cancelled.cancellationReasons().stream()
                .map(reason -> text(reason.code()))
                .toList();
    }

    /** The text, or an empty one: immutable sets throw if asked for null. */
    private static String text(@Nullable String part) {
        return part == null ? "" : part;
    }
}
