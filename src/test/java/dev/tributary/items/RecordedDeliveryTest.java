package dev.tributary.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.document.Problem;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.idempotency.RecordId;
import dev.tributary.idempotency.SavedReply;
import dev.tributary.items.Delivery.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** What the service does to transactions that meet, which DynamoDB Local never does. */
class RecordedDeliveryTest {

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1000), ZoneOffset.UTC);
    private static final WriteResult RESULT = new WriteResult.Changed(Optional.empty());

    private final Service service = new Service();

    /** Cancels this number of transactions for these reasons, and returns this record of the request. */
    private static final class Service implements DynamoDbAsyncClient {
        private final AtomicInteger calls = new AtomicInteger();
        private int cancels;
        private List<String> reasons = List.of();
        private Map<String, AttributeValue> row = Map.of();

        @Override
        public CompletableFuture<TransactWriteItemsResponse> transactWriteItems(TransactWriteItemsRequest request) {
            if (calls.incrementAndGet() > cancels) {
                return CompletableFuture.completedFuture(
                        TransactWriteItemsResponse.builder().build());
            }
            return CompletableFuture.failedFuture(TransactionCanceledException.builder()
                    .cancellationReasons(reasons.stream()
                            .map(code -> CancellationReason.builder().code(code).build())
                            .toList())
                    .build());
        }

        @Override
        public CompletableFuture<GetItemResponse> getItem(GetItemRequest request) {
            GetItemResponse.Builder found = GetItemResponse.builder();
            return CompletableFuture.completedFuture((row.isEmpty() ? found : found.item(row)).build());
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @CsvSource({
        "TransactionConflict, None",
        "None, TransactionConflict",
        "ThrottlingError, None",
        "None, ProvisionedThroughputExceeded"
    })
    void whatPassesIsTriedAgain(String ofRecord, String ofItem) throws Exception {
        cancel(3, ofRecord, ofItem);
        assertThat(deliver(Duration.ofSeconds(20)).get(20, TimeUnit.SECONDS)).isEqualTo(new Outcome.Done());
        assertThat(service.calls).hasValue(4);
    }

    @Test
    void whoMeetsTheSameRequestGetsItsAnswerAndWritesNothing() throws Exception {
        cancel(1, "TransactionConflict", "None");
        service.row = Map.of(
                "id", AttributeValue.fromS("any"),
                "status", AttributeValue.fromS("COMPLETED"),
                "expiration", AttributeValue.fromN("2000"),
                "data", AttributeValue.fromS("{\"status\":204,\"headers\":{},\"body\":\"\"}"),
                "validation", AttributeValue.fromS("print"));
        assertThat(deliver(Duration.ofSeconds(20)).get(20, TimeUnit.SECONDS))
                .isEqualTo(new Outcome.Ended(new WriteResult.Replayed(new SavedReply(204, Map.of(), ""))));
        assertThat(service.calls).hasValue(1);
    }

    @Test
    void requestsThatConflictUntilTheTimeoutAreInProgress() throws Exception {
        cancel(Integer.MAX_VALUE, "TransactionConflict", "None");
        assertThat(deliver(Duration.ofMillis(200)).get(20, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(Outcome.Ended.class, ended -> assertThat(ended.result())
                        .isInstanceOfSatisfying(WriteResult.Refused.class, refused -> assertThat(
                                        refused.problem().kind())
                                .isEqualTo(Problem.Kind.REQUEST_IN_PROGRESS)));
        assertThat(service.calls.get()).isGreaterThan(1);
    }

    @Test
    void anItemThatOthersWriteAllTheTimeFailsAsSuch() {
        cancel(Integer.MAX_VALUE, "None", "TransactionConflict");
        assertThatThrownBy(() -> deliver(Duration.ofMillis(200)).get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(TransactionCanceledException.class);
    }

    private void cancel(int times, String... reasons) {
        service.cancels = times;
        service.reasons = Arrays.asList(reasons);
    }

    private CompletableFuture<Outcome> deliver(Duration timeout) {
        ItemWrite write = new ItemWrite(
                ItemWrite.Kind.PUT,
                "items",
                Map.of("id", AttributeValue.fromS("a")),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Map.of());
        return new RecordedDelivery(
                        service,
                        new IdempotencyTable(service, "records", CLOCK),
                        "items",
                        RecordId.of("route", "", "key"),
                        "print",
                        Duration.ofHours(24),
                        result -> new SavedReply(204, Map.of(), ""))
                .deliver(write, RESULT, timeout);
    }
}
