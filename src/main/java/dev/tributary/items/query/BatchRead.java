package dev.tributary.items.query;

import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/** Reads the items of many keys, a few in each call, which bounds the memory of a response. */
final class BatchRead {

    /** Keys of a call: responses of 4 MB at most. */
    static final int KEYS_PER_CALL = 10;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private final DynamoDbAsyncClient client;
    private final String table;
    private final PresentItems present;
    private final boolean consistent;
    private final FieldSelection fields;
    private final long deadline;
    private final List<String> needed;

    private final Collection<Map<String, AttributeValue>> asked;
    private final Deque<Map<String, AttributeValue>> waiting;
    private final Map<Map<String, AttributeValue>, Map<String, AttributeValue>> found = new HashMap<>();
    private long bytes;

    BatchRead(
            DynamoDbAsyncClient client,
            String table,
            PresentItems present,
            boolean consistent,
            FieldSelection fields,
            Collection<Map<String, AttributeValue>> keys,
            Duration timeout) {
        this.client = client;
        this.table = table;
        this.present = present;
        this.consistent = consistent;
        this.fields = fields;
        this.deadline = System.nanoTime() + timeout.toNanos();
        this.needed = Stream.concat(
                        present.layout().key().attributes().stream().map(KeyAttribute::name),
                        present.expiryAttributes().stream())
                .toList();
        this.asked = new LinkedHashSet<>(keys);
        this.waiting = new ArrayDeque<>(asked);
    }

    /**
     * Reads the items.
     *
     * @return empty if DynamoDB left keys out for lack of capacity until the time was over; fails with what a call failed
     *     with
     */
    CompletableFuture<Optional<Batch>> run() {
        return call(FIRST_PAUSE);
    }

    private CompletableFuture<Optional<Batch>> call(Duration pause) {
        if (waiting.isEmpty() || bytes >= PageRead.MAX_BYTES) {
            return CompletableFuture.completedFuture(Optional.of(batch()));
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        while (keys.size() < KEYS_PER_CALL && !waiting.isEmpty()) {
            keys.add(waiting.remove());
        }
        return client.batchGetItem(request -> request.requestItems(Map.of(table, request(keys)))
                        .overrideConfiguration(call -> call.apiCallTimeout(Duration.ofNanos(left))))
                .thenCompose(response -> take(response, pause));
    }

    private KeysAndAttributes request(List<Map<String, AttributeValue>> keys) {
        KeysAndAttributes.Builder request =
                KeysAndAttributes.builder().keys(keys).consistentRead(consistent);
        fields.expression(needed).ifPresent(projection -> request.projectionExpression(projection.text())
                .expressionAttributeNames(projection.names()));
        return request.build();
    }

    private CompletableFuture<Optional<Batch>> take(BatchGetItemResponse response, Duration pause) {
        if (!response.hasResponses()) {
            throw SdkClientException.create("a response to BatchGetItem without Responses");
        }
        for (Map<String, AttributeValue> row : response.responses().getOrDefault(table, List.of())) {
            found.put(keyOf(row), row);
            bytes += ItemSize.of(row);
        }
        Optional<KeysAndAttributes> unprocessed =
                Optional.ofNullable(response.unprocessedKeys().get(table)).filter(KeysAndAttributes::hasKeys);
        if (unprocessed.isEmpty()) {
            return call(FIRST_PAUSE);
        }
        unprocessed.get().keys().forEach(waiting::addFirst);
        long nanos = ThreadLocalRandom.current().nextLong(pause.toNanos()) + 1;
        return CompletableFuture.supplyAsync(
                        () -> pause.multipliedBy(2),
                        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run))
                .thenCompose(this::call);
    }

    private Map<String, AttributeValue> keyOf(Map<String, AttributeValue> row) {
        Map<String, AttributeValue> key = new HashMap<>();
        present.layout().key().attributes().forEach(attribute -> key.put(attribute.name(), row.get(attribute.name())));
        return key;
    }

    private Batch batch() {
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        List<Map<String, AttributeValue>> missing = new ArrayList<>();
        List<Map<String, AttributeValue>> unread = new ArrayList<>();
        for (Map<String, AttributeValue> key : asked) {
            Map<String, AttributeValue> row = found.getOrDefault(key, Map.of());
            if (waiting.contains(key)) {
                unread.add(key);
            } else if (!row.isEmpty() && present.isPresent(row)) {
                items.add(present.shown(row, fields));
            } else {
                missing.add(key);
            }
        }
        return new Batch(items, missing, unread);
    }
}
