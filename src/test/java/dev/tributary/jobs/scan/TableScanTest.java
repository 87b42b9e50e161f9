package dev.tributary.jobs.scan;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.ordering.UnitRateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

class TableScanTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(2);
    private static final int ITEMS = 200;
    private static final TableScan.Options SMALL_PAGES = new TableScan.Options(7, false);
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static String table;

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final PacedCalls calls = new PacedCalls(UnitRateLimiter.unlimited(), timer);

    @BeforeAll
    static void fill() {
        table = dynamo.createTable("users", "email:S");
        for (int from = 0; from < ITEMS; from += 25) {
            List<WriteRequest> puts = IntStream.range(from, from + 25)
                    .mapToObj(i -> WriteRequest.builder()
                            .putRequest(PutRequest.builder()
                                    .item(Map.of("email", AttributeValue.fromS("user" + i)))
                                    .build())
                            .build())
                    .toList();
            dynamo.client().batchWriteItem(request -> request.requestItems(Map.of(table, puts)));
        }
    }

    @AfterAll
    static void stopTimer() {
        timer.shutdownNow();
    }

    private TableScan scan(ScanPosition start) {
        return new TableScan(dynamo.asyncClient(), table, SMALL_PAGES, start, calls);
    }

    private CompletableFuture<Void> note(ScanPage page) {
        page.items().forEach(item -> seen.add(email(item)));
        return DONE;
    }

    private static String email(Item item) {
        return item.attributes().get("email").s();
    }

    @Test
    void everyItemIsReadOnceWhateverTheNumberOfSegments() throws Exception {
        for (int segments : new int[] {1, 3, 16}) {
            seen.clear();
            TableScan scan = scan(ScanPosition.start(segments));
            scan.run(this::note).get(30, SECONDS);
            assertThat(seen).hasSize(ITEMS).doesNotHaveDuplicates();
            assertThat(scan.position().finished()).isTrue();
        }
    }

    @Test
    void aStoppedScanGoesOnFromItsRecordedPositionWithoutLossOrRepetition() throws Exception {
        AtomicInteger pages = new AtomicInteger();
        ScanPosition position = ScanPosition.start(3);
        int runs = 0;
        while (!position.finished()) {
            TableScan scan = scan(ScanPosition.decode(position.encoded()));
            pages.set(0);
            scan.run(page -> {
                        if (pages.incrementAndGet() == 4) {
                            scan.stop();
                        }
                        return note(page);
                    })
                    .get(30, SECONDS);
            position = scan.position();
            runs++;
        }
        assertThat(runs).isGreaterThan(3);
        assertThat(seen).hasSize(ITEMS).doesNotHaveDuplicates();
    }

    @Test
    void aPageIsReadAheadWhileOneIsDealtWithAndNoMore() throws Exception {
        Set<Integer> dealing = ConcurrentHashMap.newKeySet();
        AtomicInteger requests = new AtomicInteger();
        AtomicInteger dealtWith = new AtomicInteger();
        Queue<Integer> ahead = new ConcurrentLinkedQueue<>();
        try (DynamoDbAsyncClient counting = client(requests::incrementAndGet)) {
            new TableScan(counting, table, SMALL_PAGES, ScanPosition.start(1), calls)
                    .run(page -> {
                        assertThat(dealing.add(page.end().segment())).isTrue();
                        CompletableFuture<Void> done = new CompletableFuture<>();
                        timer.schedule(
                                () -> {
                                    ahead.add(requests.get() - dealtWith.incrementAndGet());
                                    dealing.clear();
                                    done.complete(null);
                                },
                                2,
                                java.util.concurrent.TimeUnit.MILLISECONDS);
                        return done;
                    })
                    .get(30, SECONDS);
        }
        assertThat(ahead)
                .hasSizeGreaterThan(20)
                .allSatisfy(pages -> assertThat(pages).isBetween(0, 1))
                .contains(1);
    }

    @Test
    void aFailureOfTheConsumerEndsTheScanWithItsPositionBeforeThatPage() {
        TableScan scan = scan(ScanPosition.start(1));
        AtomicInteger pages = new AtomicInteger();
        CompletableFuture<Void> run = scan.run(page -> {
            if (pages.incrementAndGet() == 3) {
                throw new IllegalStateException("full");
            }
            return note(page);
        });
        assertThatThrownBy(() -> run.get(30, SECONDS)).hasRootCauseMessage("full");
        assertThat(seen).hasSize(2 * SMALL_PAGES.pageItems());
        assertThat(scan.position().segments().get(0).after().get("email").s())
                .isEqualTo(List.copyOf(seen).get(seen.size() - 1));
    }

    @Test
    void aThrottledPageIsReadAgainAndAMissingTableEndsTheScan() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<ScanResponse> read = calls.run(1, response -> 1, () -> {
            if (attempts.incrementAndGet() < 3) {
                return CompletableFuture.failedFuture(ProvisionedThroughputExceededException.builder()
                        .awsErrorDetails(software.amazon.awssdk.awscore.exception.AwsErrorDetails.builder()
                                .errorCode("ProvisionedThroughputExceededException")
                                .build())
                        .statusCode(400)
                        .build());
            }
            return CompletableFuture.completedFuture(ScanResponse.builder().build());
        });
        read.get(30, SECONDS);
        assertThat(attempts).hasValue(3);

        TableScan missing = new TableScan(dynamo.asyncClient(), "missing", SMALL_PAGES, ScanPosition.start(2), calls);
        assertThatThrownBy(() -> missing.run(this::note).get(30, SECONDS))
                .hasRootCauseInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void theUnitsOfAPageDelayTheNextOne() throws Exception {
        AtomicBoolean reported = new AtomicBoolean();
        long start = System.nanoTime();
        // 200 small items in pages of 7 are 29 reads of half a unit.
        PacedCalls paced = new PacedCalls(new UnitRateLimiter(50, System::nanoTime), timer);
        new TableScan(dynamo.asyncClient(), table, SMALL_PAGES, ScanPosition.start(1), paced)
                .run(page -> {
                    reported.set(true);
                    return note(page);
                })
                .get(30, SECONDS);
        assertThat(reported).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(250));
    }

    @Test
    void aRecordedPositionOfSomethingElseIsRefused() {
        for (String text : new String[] {"", "{}", "[]", "[1]", "[{\"k\":"}) {
            assertThatThrownBy(() -> ScanPosition.decode(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aSampleHasTheNumberOfDifferentItemsThatIsAskedFor() throws Exception {
        TableSample sample = new TableSample(dynamo.asyncClient(), table, calls, new Random(1));
        sample.read(50, item -> seen.add(email(item))).get(30, SECONDS);
        assertThat(seen).hasSize(50).doesNotHaveDuplicates();
        Set<String> first = Set.copyOf(seen);

        seen.clear();
        new TableSample(dynamo.asyncClient(), table, calls, new Random(2))
                .read(50, item -> seen.add(email(item)))
                .get(30, SECONDS);
        assertThat(Set.copyOf(seen)).isNotEqualTo(first);

        seen.clear();
        sample.read(ITEMS + 1, item -> seen.add(email(item))).get(30, SECONDS);
        assertThat(seen).hasSize(ITEMS).doesNotHaveDuplicates();
    }

    private static DynamoDbAsyncClient client(Runnable onScan) {
        return dynamo.configure(DynamoDbAsyncClient.builder())
                .overrideConfiguration(override -> override.addExecutionInterceptor(new ExecutionInterceptor() {
                    @Override
                    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
                        if (context.request() instanceof ScanRequest) {
                            onScan.run();
                        }
                    }
                }))
                .build();
    }
}
