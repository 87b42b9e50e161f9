package dev.tributary.jobs.reconcile;

import dev.tributary.dynamo.ResponseCheck;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/** Consistent reads of source items by key. Safe for any thread. */
final class SourceItems {

    /** Keys that DynamoDB takes in one call. */
    static final int MAX_KEYS = 100;

    private final DynamoDbAsyncClient client;
    private final String table;
    private final KeySchema schema;
    private final Attempts attempts;

    SourceItems(DynamoDbAsyncClient client, String table, KeySchema schema, Attempts attempts) {
        this.client = client;
        this.table = table;
        this.schema = schema;
        this.attempts = attempts;
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
        return attempts.of(() -> client.batchGetItem(request -> request.requestItems(Map.of(table, wanted)))
                        .thenApply(ResponseCheck::byService))
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
}
