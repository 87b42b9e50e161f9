package dev.tributary.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.document.Problem;
import dev.tributary.document.RefusedException;
import dev.tributary.document.ValueOrigin;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Responses to batches that occur in the service and not in DynamoDB Local. */
class BatchDeliveryTest {

    private static final KeySchema ID = new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty());

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final Table table = new Table();

    /** Answers later, from another thread; leaves puts unprocessed and refuses them as the test requires. */
    private final class Table implements DynamoDbAsyncClient {
        private final Map<String, Integer> rows = new ConcurrentHashMap<>();
        private final List<Integer> sizes = new CopyOnWriteArrayList<>();
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger mostUnderWay = new AtomicInteger();
        private final CompletableFuture<Void> mayAnswer = new CompletableFuture<>();
        private volatile boolean waits;
        private volatile long answersAfterMillis = 1;
        private volatile int leavesUndoneOfFour;
        private volatile String refuses = "";
        private volatile UnaryOperator<WriteRequest> returns = put -> put;
        private final Queue<RuntimeException> throwsNext = new ConcurrentLinkedQueue<>();

        @Override
        public CompletableFuture<BatchWriteItemResponse> batchWriteItem(BatchWriteItemRequest request) {
            if (!throwsNext.isEmpty()) {
                throw throwsNext.remove();
            }
            List<WriteRequest> puts = request.requestItems().get("t");
            sizes.add(puts.size());
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            assertThat(new HashSet<>(puts.stream()
                            .map(put -> id(put.putRequest().item()))
                            .toList()))
                    .hasSameSizeAs(puts);
            CompletableFuture<BatchWriteItemResponse> answer = new CompletableFuture<>();
            later(() -> answer(puts, answer));
            return answer;
        }

        private void later(Runnable answer) {
            (waits ? mayAnswer : CompletableFuture.completedFuture(null))
                    .thenRun(() -> timer.schedule(answer, answersAfterMillis, TimeUnit.MILLISECONDS));
        }

        private void answer(List<WriteRequest> puts, CompletableFuture<BatchWriteItemResponse> answer) {
            underWay.decrementAndGet();
            if (puts.stream().anyMatch(put -> id(put.putRequest().item()).equals(refuses))) {
                answer.completeExceptionally(refusal());
                return;
            }
            List<WriteRequest> undone = new ArrayList<>();
            for (WriteRequest put : puts) {
                if (ThreadLocalRandom.current().nextInt(4) < leavesUndoneOfFour) {
                    undone.add(returns.apply(put));
                } else {
                    store(put.putRequest().item());
                }
            }
            answer.complete(BatchWriteItemResponse.builder()
                    .unprocessedItems(undone.isEmpty() ? Map.of() : Map.of("t", undone))
                    .build());
        }

        @Override
        public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
            if (id(request.item()).equals(refuses)) {
                return CompletableFuture.failedFuture(refusal());
            }
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            CompletableFuture<PutItemResponse> answer = new CompletableFuture<>();
            later(() -> {
                underWay.decrementAndGet();
                store(request.item());
                answer.complete(PutItemResponse.builder().build());
            });
            return answer;
        }

        private void store(Map<String, AttributeValue> item) {
            rows.put(id(item), Integer.valueOf(item.get("n").n()));
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static String id(Map<String, AttributeValue> item) {
        return item.get("id").s();
    }

    private static DynamoDbException refusal() {
        return (DynamoDbException) DynamoDbException.builder()
                .statusCode(400)
                .message("One or more parameter values were invalid")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ValidationException")
                        .errorMessage("One or more parameter values were invalid")
                        .build())
                .build();
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    @Tag("slow")
    void unprocessedPutsAreRepeatedUntilTheyAreStoredAndInOrder() throws Exception {
        table.waits = true; // else the table may be as fast as the calls of post, and no batch is full
        table.leavesUndoneOfFour = 2;
        Map<String, Integer> expected = new HashMap<>();
        List<CompletableFuture<WriteResult>> results = new ArrayList<>();
        BulkWriter writer = writer(Duration.ofSeconds(30));
        for (int i = 0; i < 600; i++) {
            String id = i % 15 == 0 ? "hot" : "id" + i;
            results.add(post(writer, document(id, i)));
            expected.put(id, i);
        }
        table.mayAnswer.complete(null);
        for (CompletableFuture<WriteResult> result : results) {
            assertThat(result.get(30, TimeUnit.SECONDS)).isInstanceOf(WriteResult.Stored.class);
        }
        assertThat(table.rows).isEqualTo(expected);
        assertThat(table.sizes).contains(25).allMatch(size -> size <= 25);
        assertThat(table.mostUnderWay.get()).isEqualTo(8);
    }

    @Test
    void putThatStaysUnprocessedUntilItsTimeoutIsThrottled() throws Exception {
        table.leavesUndoneOfFour = 4;
        WriteResult result =
                post(writer(Duration.ofMillis(300)), document("a", 1)).get(20, TimeUnit.SECONDS);
        assertThat(result).isInstanceOfSatisfying(WriteResult.Refused.class, refused -> assertThat(
                        refused.problem().kind())
                .isEqualTo(Problem.Kind.THROTTLED));
    }

    @Test
    void refusedItemDoesNotFailTheOthersOfItsBatch() throws Exception {
        table.refuses = "id99";
        BulkWriter writer = writer(Duration.ofSeconds(30));
        List<CompletableFuture<WriteResult>> results = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            results.add(post(writer, document("id" + i, i)));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(results.get(i).get(20, TimeUnit.SECONDS))
                    .isInstanceOf(i == 99 ? WriteResult.Refused.class : WriteResult.Stored.class);
        }
        assertThat(table.rows).hasSize(199);
    }

    @Test
    void unprocessedItemIsRecognisedInAnotherForm() throws Exception {
        table.leavesUndoneOfFour = 2;
        table.returns = put -> {
            Map<String, AttributeValue> item = new HashMap<>(put.putRequest().item());
            List<String> set = new ArrayList<>(item.get("set").ss());
            Collections.reverse(set);
            item.put("set", AttributeValue.fromSs(set));
            return WriteRequest.builder().putRequest(again -> again.item(item)).build();
        };
        assertEveryStoredLineIsInTheTable();
    }

    @Test
    void responseWithAnUnknownItemCompletesNothing() throws Exception {
        table.leavesUndoneOfFour = 1;
        table.returns = put -> WriteRequest.builder().build();
        assertEveryStoredLineIsInTheTable();
    }

    private void assertEveryStoredLineIsInTheTable() throws Exception {
        BulkWriter writer = writer(Duration.ofSeconds(30));
        List<CompletableFuture<WriteResult>> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            results.add(post(
                    writer,
                    "{\"id\":\"id%d\",\"n\":%d,\"set\":[\"a\",\"b\"]}"
                            .formatted(i, i)
                            .getBytes(StandardCharsets.UTF_8)));
        }
        for (CompletableFuture<WriteResult> result : results) {
            assertThat(result.get(30, TimeUnit.SECONDS)).isInstanceOf(WriteResult.Stored.class);
        }
        assertThat(table.rows).hasSize(100);
    }

    @Test
    void callThatThrowsEndsItsDocumentsAndFreesItsSlot() throws Exception {
        for (int i = 0; i < 20; i++) { // more than there are slots
            table.throwsNext.add(new IllegalArgumentException("timeout must be positive"));
        }
        BulkWriter writer = writer(Duration.ofSeconds(30));
        for (int i = 0; i < 20; i++) {
            CompletableFuture<WriteResult> failed = post(writer, document("id" + i, i));
            assertThatThrownBy(() -> failed.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(RuntimeException.class);
        }
        assertStored(100, writer);
    }

    @Test
    void timeoutBetweenTwoChecksEndsADocumentToo() throws Exception {
        table.answersAfterMillis = 0;
        table.leavesUndoneOfFour = 4;
        List<CompletableFuture<WriteResult>> results = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            results.add(post(writer(Duration.ofNanos(1_000L * (1 + i))), document("id" + i, i)));
        }
        for (CompletableFuture<WriteResult> result : results) {
            assertThat(result.get(20, TimeUnit.SECONDS)).isInstanceOf(WriteResult.Refused.class);
        }
    }

    @Test
    void waitingForASlowTableDoesNotCountAgainstTheTimeout() throws Exception {
        table.answersAfterMillis = 100;
        assertStored(4000, writer(Duration.ofSeconds(1))); // takes 2 s
    }

    @Test
    void noWriteStartsOnceTheKeyOfItsRequestIsNotHeldAnyMore() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        BulkWriter writer = writer(Duration.ofSeconds(30), new Precondition.Absent());
        writer.startOnlyWhile(() -> asked.incrementAndGet() <= 2);
        for (int i = 0; i < 5; i++) {
            WriteResult result = post(writer, document("id" + i, i)).get(20, TimeUnit.SECONDS);
            if (i < 2) {
                assertThat(result).isInstanceOf(WriteResult.Stored.class);
            } else {
                assertThat(((WriteResult.Refused) result).problem().kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
            }
        }
        assertThat(table.rows).hasSize(2);
    }

    @Test
    void conditionalPutsUseSingleCallsWithinTheLimit() throws Exception {
        table.waits = true;
        assertStored(1000, writer(Duration.ofSeconds(30), new Precondition.Absent()));
        assertThat(table.sizes).isEmpty();
        assertThat(table.mostUnderWay.get()).isEqualTo(64);
    }

    private void assertStored(int documents, BulkWriter writer) throws Exception {
        List<CompletableFuture<WriteResult>> results = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            results.add(post(writer, document("id" + i, i)));
        }
        table.mayAnswer.complete(null);
        for (CompletableFuture<WriteResult> result : results) {
            assertThat(result.get(20, TimeUnit.SECONDS)).isInstanceOf(WriteResult.Stored.class);
        }
        assertThat(table.rows).hasSize(documents);
    }

    private BulkWriter writer(Duration timeout) throws RefusedException {
        return writer(timeout, new Precondition.None());
    }

    private BulkWriter writer(Duration timeout, Precondition precondition) throws RefusedException {
        return GivenResources.plain(
                        "t",
                        new GivenWrites("/t", "t", Map.of("set", AttributeType.SS), Map.of()).settings(),
                        ID,
                        table,
                        timeout,
                        Clock.systemUTC())
                .bulk(precondition);
    }

    private static byte[] document(String id, int n) {
        return "{\"id\":\"%s\",\"n\":%d}".formatted(id, n).getBytes(StandardCharsets.UTF_8);
    }

    private static CompletableFuture<WriteResult> post(BulkWriter writer, byte[] document) {
        return writer.post(document, ValueOrigin.random(Clock.systemUTC()));
    }
}
