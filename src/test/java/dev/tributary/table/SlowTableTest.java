package dev.tributary.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;

/** A table to which calls exceed their time is not sent as many again. */
class SlowTableTest {

    private static final int WRITES = 1_000;

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final List<CompletableFuture<?>> open = new ArrayList<>();
    private final BatchingTable table = new BatchingTable(
            new TargetTable(new SlowClient(), "target", Policies.USUAL), new BatchingTable.Limits(5, 8, 64), timer);

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void fewerSingleWritesAreInFlightAfterSomeHaveExceededTheirTime() {
        for (int i = 0; i < WRITES; i++) {
            table.applyAlone(CityRows.upsert("users/" + i, 1, "city-" + i));
        }
        assertThat(exceedTime()).isEqualTo(64);
        assertThat(exceedTime()).isEqualTo(32);
        assertThat(exceedTime()).isEqualTo(16);
    }

    @Test
    void fewerBatchesAreInFlightAfterSomeHaveExceededTheirTime() {
        for (int i = 0; i < WRITES; i++) {
            table.apply(CityRows.upsert("users/" + i, 1, "city-" + i), () -> true);
        }
        assertThat(exceedTime()).isEqualTo(8);
        assertThat(exceedTime()).isEqualTo(4);
        assertThat(exceedTime()).isEqualTo(2);
        assertThat(exceedTime()).isEqualTo(1);
        assertThat(exceedTime()).isEqualTo(1);
    }

    /** All calls in flight exceed their time; returns how many there were. */
    private int exceedTime() {
        List<CompletableFuture<?>> calls = List.copyOf(open);
        open.clear();
        calls.forEach(call -> call.completeExceptionally(ApiCallTimeoutException.create(1_000)));
        return calls.size();
    }

    private final class SlowClient implements DynamoDbAsyncClient {

        @Override
        public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
            return started();
        }

        @Override
        public CompletableFuture<BatchExecuteStatementResponse> batchExecuteStatement(
                BatchExecuteStatementRequest request) {
            return started();
        }

        private <T> CompletableFuture<T> started() {
            CompletableFuture<T> call = new CompletableFuture<>();
            open.add(call);
            return call;
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
