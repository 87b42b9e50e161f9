package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;

/** Consistent reads of source items by key. Safe for any thread. */
final class SourceItems {

    /** Keys that DynamoDB takes in one call. */
    static final int MAX_KEYS = 100;

    private final DynamoDbAsyncClient client;
    private final String table;
    private final KeySchema schema;
    private final PacedCalls calls;

    SourceItems(DynamoDbAsyncClient client, String table, KeySchema schema, PacedCalls calls) {
        this.client = client;
        this.table = table;
        this.schema = schema;
        this.calls = calls;
    }

    /** The key attributes of an item. */
    Item key(Item item) {
        Map<String, AttributeValue> key = new HashMap<>();
        schema.attributes().forEach(attribute -> {
            AttributeValue value = item.attributes().get(attribute.name());
            if (value != null) {
                key.put(attribute.name(), value);
            }
        });
        return new Item(key);
    }

    KeySchema schema() {
        return schema;
    }

    /**
     * Reads items as they are after the call has started.
     *
     * @param keys at most {@value #MAX_KEYS}, all different
     * @return the items that exist, by key
     */
    CompletableFuture<Map<Item, Item>> read(Collection<Item> keys) {
        Map<Item, Item> found = new HashMap<>();
        return read(keys.stream().map(Item::attributes).toList(), found).thenApply(read -> found);
    }

    private CompletableFuture<Void> read(List<Map<String, AttributeValue>> keys, Map<Item, Item> found) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        KeysAndAttributes wanted =
                KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
        return calls.run(
                        keys.size(),
                        response -> consumed(keys.size(), response),
                        () -> client.batchGetItem(request -> request.requestItems(Map.of(table, wanted))
                                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)))
                .thenCompose(answer -> {
                    answer.responses().getOrDefault(table, List.of()).forEach(attributes -> {
                        Item item = new Item(attributes);
                        found.put(key(item), item);
                    });
                    KeysAndAttributes left = answer.unprocessedKeys().get(table);
                    return left == null || left.keys().isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : read(left.keys(), found);
                });
    }

    private static double consumed(int keys, BatchGetItemResponse response) {
        double units = response.consumedCapacity().stream()
                .map(ConsumedCapacity::capacityUnits)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sum();
        return units > 0 ? units : keys;
    }
}
