package dev.tributary.dynamo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.dynamo.WriteFailure.Kind;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

class WriteFailureTest {

    @ParameterizedTest
    @CsvSource({
        "400, ValidationException, SCHEMA",
        "400, ResourceNotFoundException, CONFIGURATION",
        "400, AccessDeniedException, CONFIGURATION",
        "400, ExpiredTokenException, CONFIGURATION",
        "400, ProvisionedThroughputExceededException, CAPACITY",
        "400, ThrottlingException, CAPACITY",
        "400, RequestLimitExceeded, CAPACITY",
        "400, TransactionConflictException, CAPACITY",
        "400, ConditionalCheckFailedException, CAPACITY"
    })
    void aRefusedCallHasNoEffect(int status, String code, Kind kind) {
        WriteFailure failure = WriteFailure.of(answer(status, code));
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.openEnded()).isFalse();
    }

    @Test
    void missingCredentialsAreNamedInOneLine() {
        AwsCredentialsProviderChain none = AwsCredentialsProviderChain.of(() -> {
            throw SdkClientException.create("not set, with a long explanation ".repeat(10));
        });
        assertThatThrownBy(none::resolveCredentials)
                .satisfies(thrown -> assertThat(WriteFailure.of(thrown).message())
                        .startsWith("no AWS credentials were found")
                        .hasSizeLessThan(120));
    }

    @ParameterizedTest
    @CsvSource({
        "500, InternalServerError",
        "503, ServiceUnavailable",
        "503, ",
        "502, ",
        "400, ",
        "400, SomethingNew",
        "400, TransactionInProgressException",
        "500, ValidationException",
        "0, "
    })
    void afterAnyOtherResponseACallMayHaveAnEffect(int status, String code) {
        WriteFailure failure = WriteFailure.of(answer(status, code));
        assertThat(failure.kind()).isEqualTo(Kind.CAPACITY);
        assertThat(failure.openEnded()).isTrue();
    }

    @Test
    void aResponseWithoutDetailsIsClassified() {
        WriteFailure failure =
                WriteFailure.of(DynamoDbException.builder().statusCode(503).build());
        assertThat(failure)
                .isEqualTo(new WriteFailure(Kind.CAPACITY, "a response without an error code, with status 503", true));
        assertThat(WriteFailure.isThrottling(DynamoDbException.builder().build()))
                .isFalse();
        assertThat(WriteFailure.isThrottling(answer(503, null))).isFalse();
    }

    @Test
    void aCallWithoutAResponseMayHaveAnEffect() {
        for (Throwable thrown : new Throwable[] {
            ApiCallTimeoutException.builder().message("given up").build(),
            AbortedException.builder().message("aborted").build(),
            SdkClientException.create("connection reset"),
            new IllegalStateException("something else")
        }) {
            assertThat(WriteFailure.of(new CompletionException(thrown)).openEnded())
                    .isTrue();
        }
    }

    @Test
    void aCallThatWasNotStartedHasNoEffect() {
        assertThat(WriteFailure.of(new CancellationException("stopped")).openEnded())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ConditionalCheckFailed", "TransactionConflict", "ThrottlingError", "ValidationError"})
    void aCancelledTransactionHasNoEffect(String code) {
        assertThat(WriteFailure.of(cancelled(code)).openEnded()).isFalse();
    }

    @Test
    void reasonsOfACancellationNeedNotHaveCodes() {
        assertThat(WriteFailure.of(cancelled(null)).kind()).isEqualTo(Kind.CAPACITY);
        assertThat(WriteFailure.isThrottling(cancelled(null))).isFalse();
    }

    private static Throwable cancelled(String code) {
        return TransactionCanceledException.builder()
                .cancellationReasons(CancellationReason.builder().code(code).build())
                .build();
    }

    private static Throwable answer(int status, String code) {
        return DynamoDbException.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("no")
                        .build())
                .build();
    }
}
