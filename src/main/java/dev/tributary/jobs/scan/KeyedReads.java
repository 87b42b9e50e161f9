package dev.tributary.jobs.scan;

import dev.tributary.model.Item;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;

/** Reads items of one table by key, many in a call, within the units of the calls. Safe for any thread. */
public final class KeyedReads {

    /** Keys that DynamoDB takes in one call. */
    private static final int MAX_KEYS = 100;

    private static final int BYTES_OF_A_UNIT = 4096;
    private static final double HALF = 0.5;

    private final DynamoDbAsyncClient client;
    private final String table;
    private final KeySchema schema;
    private final PacedCalls calls;

    public KeyedReads(DynamoDbAsyncClient client, String table, KeySchema schema, PacedCalls calls) {
        this.client = client;
        this.table = table;
        this.schema = schema;
        this.calls = calls;
    }

    /**
     * Reads items, with a few calls at the same time for every 1,000 keys.
     *
     * @param keys all different
     * @param consistent whether each item is read as it is after this call has started; costs twice
     * @return the items that exist, by key
     */
    public CompletableFuture<Map<Item, Item>> read(Collection<Item> keys, boolean consistent) {
        List<Item> all = List.copyOf(keys);
        List<CompletableFuture<Map<Item, Item>>> reads = new ArrayList<>();
        for (int from = 0; from < all.size(); from += MAX_KEYS) {
            List<Map<String, AttributeValue>> some = all.subList(from, Math.min(all.size(), from + MAX_KEYS)).stream()
                    .map(Item::attributes)
                    .toList();
            Map<Item, Item> found = new HashMap<>();
            reads.add(read(some, consistent, found).thenApply(read -> found));
        }
        return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new)).thenApply(done -> {
            Map<Item, Item> found = new HashMap<>();
            reads.forEach(read -> found.putAll(read.join()));
            return found;
        });
    }

    private CompletableFuture<Void> read(
            List<Map<String, AttributeValue>> keys, boolean consistent, Map<Item, Item> found) {
        KeysAndAttributes wanted = KeysAndAttributes.builder()
                .keys(keys)
                .consistentRead(consistent)
                .build();
        return calls.run(
                        keys.size() * (consistent ? 1 : HALF),
                        response -> consumed(response, consistent),
                        () -> client.batchGetItem(request -> request.requestItems(Map.of(table, wanted))
                                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)))
                .thenCompose(response -> {
                    response.responses().getOrDefault(table, List.of()).forEach(attributes -> {
                        Item item = new Item(attributes);
                        found.put(schema.keyOf(item), item);
                    });
                    KeysAndAttributes left = response.unprocessedKeys().get(table);
                    return left == null || left.keys().isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : read(left.keys(), consistent, found);
                });
    }

    private double consumed(BatchGetItemResponse response, boolean consistent) {
        double units = 0;
        if (!response.consumedCapacity().isEmpty()) {
            for (ConsumedCapacity consumed : response.consumedCapacity()) {
                units += consumed.capacityUnits() == null ? 0 : consumed.capacityUnits();
            }
            return units;
        }
        for (Map<String, AttributeValue> item : response.responses().getOrDefault(table, List.of())) {
            units += Math.ceil((double) ItemSize.of(item) / BYTES_OF_A_UNIT) * (consistent ? 1 : HALF);
        }
        return units;
    }
}
