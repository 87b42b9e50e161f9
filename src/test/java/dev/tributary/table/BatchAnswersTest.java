package dev.tributary.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;

class BatchAnswersTest {

    private static final int BATCH = 3;

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final CompletableFuture<PutItemResponse> first = new CompletableFuture<>();
    private final CompletableFuture<BatchExecuteStatementResponse> batch = new CompletableFuture<>();
    private final List<PutItemRequest> alone = new ArrayList<>();
    private final BatchingTable table = new BatchingTable(
            new TargetTable(new ScriptedClient(), "target", Policies.USUAL),
            new BatchingTable.Limits(BATCH, 1, 64),
            timer);
    private final List<CompletableFuture<Outcome>> writes = new ArrayList<>();

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    static Stream<Arguments> answersWithoutResults() {
        return Stream.of(
                arguments(DynamoDbException.builder().statusCode(503).build()),
                arguments(DynamoDbException.builder()
                        .statusCode(503)
                        .awsErrorDetails(AwsErrorDetails.builder().build())
                        .build()),
                arguments(SdkClientException.create("Unable to unmarshall response")));
    }

    @ParameterizedTest
    @MethodSource("answersWithoutResults")
    void everyWriteOfABatchEndsWhateverTheAnswer(Throwable answer) {
        startBatch();
        batch.completeExceptionally(answer);
        assertThat(writes.subList(1, 1 + BATCH)).allSatisfy(BatchAnswersTest::assertOpenEnded);
        assertThat(alone).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("numbersOfResults")
    void aBatchWithAnotherNumberOfResultsDecidesNothing(int results) {
        startBatch();
        batch.complete(response(IntStream.range(0, results)
                .mapToObj(n -> BatchStatementResponse.builder().build())
                .toList()));
        assertThat(writes.subList(1, 1 + BATCH)).allSatisfy(BatchAnswersTest::assertOpenEnded);
    }

    static IntStream numbersOfResults() {
        return IntStream.of(0, BATCH - 1, BATCH + 1);
    }

    @Test
    void eachStatementSaysWhetherItMayStillBeCarriedOut() {
        startBatch();
        batch.complete(
                response(List.of(error("InternalServerError"), error("ThrottlingError"), error("SomethingNew"))));
        assertThat(writes.get(1)).satisfies(BatchAnswersTest::assertOpenEnded);
        assertThat(failure(writes.get(2)).openEnded()).isFalse();
        assertThat(writes.get(3)).satisfies(BatchAnswersTest::assertOpenEnded);
    }

    @Test
    void anErrorWithoutACodeIsAFailureOfItsStatementAlone() {
        startBatch();
        batch.complete(response(List.of(error(null), ok(), ok())));
        assertThat(writes.get(1)).satisfies(BatchAnswersTest::assertOpenEnded);
        assertThat(writes.get(2)).isCompletedWithValue(Outcome.APPLIED);
        assertThat(writes.get(3)).isCompletedWithValue(Outcome.APPLIED);
    }

    /** One write that keeps the only call busy, then those of the batch behind it. */
    private void startBatch() {
        for (int i = 0; i <= BATCH; i++) {
            writes.add(table.apply(CityRows.upsert("users/" + i, 1, "city-" + i), () -> true));
        }
        first.complete(PutItemResponse.builder().build());
        assertThat(writes.get(0)).isCompletedWithValue(Outcome.APPLIED);
    }

    private static BatchExecuteStatementResponse response(List<BatchStatementResponse> results) {
        return BatchExecuteStatementResponse.builder().responses(results).build();
    }

    private static BatchStatementResponse ok() {
        return BatchStatementResponse.builder().tableName("target").build();
    }

    private static BatchStatementResponse error(String code) {
        return BatchStatementResponse.builder()
                .error(error -> error.code(code).message("no"))
                .build();
    }

    private static void assertOpenEnded(CompletableFuture<Outcome> write) {
        assertThat(failure(write).kind()).isEqualTo(WriteFailure.Kind.CAPACITY);
        assertThat(failure(write).openEnded()).isTrue();
    }

    private static WriteFailure failure(CompletableFuture<Outcome> write) {
        assertThat(write).isCompletedExceptionally();
        return write.handle((outcome, thrown) -> WriteFailure.of(thrown)).join();
    }

    /** Holds the first write, and answers the first batch as the test requires. */
    private final class ScriptedClient implements DynamoDbAsyncClient {

        @Override
        public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
            alone.add(request);
            return first;
        }

        @Override
        public CompletableFuture<BatchExecuteStatementResponse> batchExecuteStatement(
                BatchExecuteStatementRequest request) {
            return batch;
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
