package dev.tributary.items.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.model.ItemSize;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/** The bounds of one reply, however much a table holds. */
class PageLimitsTest {

    /** Walks over the rows and returns their number. Holds one page at a time. */
    private static int walk(GeneratedTable table, int limit) throws Exception {
        ResourceReads reads = GivenReads.of("many", "many", table, Clock.systemUTC());
        int next = 0;
        Optional<String> cursor = Optional.empty();
        do {
            Page page = reads.page(GivenReads.query("p", Optional.empty(), true, limit), cursor)
                    .run()
                    .join()
                    .value()
                    .orElseThrow();
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            assertThat(page.items().stream().mapToLong(ItemSize::of).sum()).isLessThanOrEqualTo(PageRead.MAX_BYTES);
            for (Map<String, AttributeValue> item : page.items()) {
                assertThat(Integer.parseInt(item.get("s").n())).isEqualTo(next++);
            }
            cursor = page.cursor();
        } while (cursor.isPresent());
        return next;
    }

    @Test
    @Tag("slow")
    void aMillionRowsAreReadPageByPage() throws Exception {
        GeneratedTable table = new GeneratedTable(1_000_000, 10);
        assertThat(walk(table, ItemQuery.MAX_LIMIT)).isEqualTo(1_000_000);
        assertThat(table.largestResponse).isEqualTo(ItemQuery.MAX_LIMIT + 1);
        assertThat(table.calls).as("a call for each page").isEqualTo(1000);
    }

    @Test
    void longRowsEndAPageAtAMegabyte() throws Exception {
        GeneratedTable table = new GeneratedTable(50, 300 * 1024);
        assertThat(walk(table, 100)).isEqualTo(50);
    }

    /** Rows by key; a call returns the first of its keys only, and leaves the others unprocessed. */
    private static final class StingyTable implements DynamoDbAsyncClient {
        final AtomicInteger calls = new AtomicInteger();
        private final int rowBytes;
        private final int processed;

        StingyTable(int rowBytes, int processed) {
            this.rowBytes = rowBytes;
            this.processed = processed;
        }

        @Override
        public CompletableFuture<BatchGetItemResponse> batchGetItem(BatchGetItemRequest request) {
            calls.incrementAndGet();
            KeysAndAttributes asked = request.requestItems().get("many");
            var rows = asked.keys().stream().limit(processed).map(this::row).toList();
            BatchGetItemResponse.Builder response =
                    BatchGetItemResponse.builder().responses(Map.of("many", rows));
            if (asked.keys().size() > processed) {
                response.unprocessedKeys(Map.of(
                        "many",
                        KeysAndAttributes.builder()
                                .keys(asked.keys()
                                        .subList(processed, asked.keys().size()))
                                .build()));
            }
            return CompletableFuture.completedFuture(response.build());
        }

        private Map<String, AttributeValue> row(Map<String, AttributeValue> key) {
            Map<String, AttributeValue> row = new java.util.HashMap<>(key);
            row.put("text", AttributeValue.fromS("x".repeat(rowBytes)));
            return row;
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static Batch batch(DynamoDbAsyncClient client, int keys) {
        return GivenReads.of("many", "many", client, Clock.systemUTC())
                .batch(
                        IntStream.range(0, keys)
                                .mapToObj(number -> Map.of(
                                        "p",
                                        AttributeValue.fromS("p"),
                                        "s",
                                        AttributeValue.fromN(String.valueOf(number))))
                                .toList(),
                        false,
                        FieldSelection.ALL)
                .join()
                .value()
                .orElseThrow();
    }

    @Test
    void keysThatDynamoDbLeavesOutAreReadAgain() {
        StingyTable table = new StingyTable(10, 3);
        Batch batch = batch(table, 20);
        assertThat(batch.items().stream().map(item -> item.get("s").n()))
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(String::valueOf).toList());
        assertThat(batch.missing()).isEmpty();
        assertThat(batch.unread()).isEmpty();
        assertThat(table.calls.get()).isGreaterThan(4);
    }

    @Test
    void longItemsEndABatchAndTheOtherKeysAreNamed() {
        Batch batch = batch(new StingyTable(300 * 1024, 100), 100);
        assertThat(batch.items()).hasSize(BatchRead.KEYS_PER_CALL);
        assertThat(batch.unread()).hasSize(100 - BatchRead.KEYS_PER_CALL);
        assertThat(Set.copyOf(batch.unread())).doesNotContainAnyElementsOf(batch.items());
        assertThat(batch.missing()).isEmpty();
    }
}
