package dev.tributary.table;

import dev.tributary.dynamo.StatementException;
import dev.tributary.model.Failures;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementError;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;

/** The error of one PartiQL statement of a batch, and what follows for the write and for batches. */
record StatementError(BatchStatementErrorCodeEnum code) {

    private static final Set<BatchStatementErrorCodeEnum> THROTTLING = Set.of(
            BatchStatementErrorCodeEnum.THROTTLING_ERROR,
            BatchStatementErrorCodeEnum.PROVISIONED_THROUGHPUT_EXCEEDED,
            BatchStatementErrorCodeEnum.REQUEST_LIMIT_EXCEEDED);

    private static final Set<BatchStatementErrorCodeEnum> UNDECIDED = Set.of(
            BatchStatementErrorCodeEnum.CONDITIONAL_CHECK_FAILED,
            BatchStatementErrorCodeEnum.DUPLICATE_ITEM,
            BatchStatementErrorCodeEnum.VALIDATION_ERROR,
            BatchStatementErrorCodeEnum.ITEM_COLLECTION_SIZE_LIMIT_EXCEEDED,
            BatchStatementErrorCodeEnum.RESOURCE_NOT_FOUND,
            BatchStatementErrorCodeEnum.ACCESS_DENIED);

    /** Codes for callers that may write but not with PartiQL, and for services without PartiQL. */
    private static final Set<String> NOT_OFFERED = Set.of("AccessDeniedException", "UnknownOperationException");

    /** An error without a code counts as one with an unknown code. */
    static StatementError of(BatchStatementError error) {
        return new StatementError(
                error.code() == null ? BatchStatementErrorCodeEnum.UNKNOWN_TO_SDK_VERSION : error.code());
    }

    /** Whether a call failed because PartiQL batches are denied or unknown. */
    static boolean refusesBatches(Throwable thrown) {
        return Failures.unwrap(thrown) instanceof AwsServiceException service
                && service.awsErrorDetails() != null
                && service.awsErrorDetails().errorCode() != null
                && NOT_OFFERED.contains(service.awsErrorDetails().errorCode());
    }

    boolean isThrottling() {
        return THROTTLING.contains(code);
    }

    boolean isFailedCondition() {
        return code == BatchStatementErrorCodeEnum.CONDITIONAL_CHECK_FAILED;
    }

    /** Whether the same write in a call of its own decides how it ends. */
    boolean isUndecided() {
        return UNDECIDED.contains(code);
    }

    boolean refusesBatches() {
        return code == BatchStatementErrorCodeEnum.ACCESS_DENIED
                || code == BatchStatementErrorCodeEnum.UNKNOWN_TO_SDK_VERSION;
    }

    /** The reason to log if {@link #refusesBatches()}. */
    String reason() {
        return code == BatchStatementErrorCodeEnum.UNKNOWN_TO_SDK_VERSION
                ? "an error without a known code"
                : code.toString();
    }

    /** The failure of an attempt that is repeated. */
    StatementException exception() {
        boolean refused = isThrottling() || code == BatchStatementErrorCodeEnum.TRANSACTION_CONFLICT;
        return new StatementException(code.toString(), !refused);
    }
}
