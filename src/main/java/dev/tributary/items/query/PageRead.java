package dev.tributary.items.query;

import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads one page of a query. It calls until the page is full, because a call also reads rows that are not items. Each call
 * reads one row more than fits, which shows whether there is a next page.
 */
final class PageRead {

    /** Bytes of items in a page, except for a single item: what DynamoDB reads in one call. */
    static final int MAX_BYTES = 1024 * 1024;

    /** Most calls for one page. They leave it with few items only where most rows have expired. */
    private static final int MAX_CALLS = 10;

    private final DynamoDbAsyncClient client;
    private final String table;
    private final PresentItems present;
    private final ItemQuery query;
    private final Cursor cursor;
    private final List<KeyAttribute> keys;
    private final List<String> needed;
    private final long deadline;

    private final List<Map<String, AttributeValue>> items = new ArrayList<>();
    private long bytes;
    private @Nullable Map<String, AttributeValue> last;

    PageRead(
            DynamoDbAsyncClient client,
            String table,
            PresentItems present,
            ItemQuery query,
            Cursor cursor,
            Duration timeout) {
        this.client = client;
        this.table = table;
        this.present = present;
        this.query = query;
        this.cursor = cursor;
        this.keys = Stream.concat(query.key().attributes().stream(), present.layout().key().attributes().stream())
                .distinct()
                .toList();
        this.needed = Stream.concat(
                        keys.stream().map(KeyAttribute::name),
                        present.expiryAttributes().stream().filter(query.key()::has))
                .distinct()
                .toList();
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    /**
     * Reads the page.
     *
     * @param after the item to begin behind; empty to begin at the first
     * @return fails with what a call failed with
     */
    CompletableFuture<Page> run(Optional<Map<String, AttributeValue>> after) {
        last = after.orElse(null);
        return call(1);
    }

    private CompletableFuture<Page> call(int number) {
        Duration left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
        return client.query(query.request(table, Optional.ofNullable(last), needed, query.limit() - items.size() + 1)
                        .overrideConfiguration(call -> call.apiCallTimeout(left))
                        .build())
                .thenCompose(response -> {
                    if (!response.hasItems()) {
                        throw SdkClientException.create("a response to Query without Items");
                    }
                    if (!take(response.items())) {
                        return page(true);
                    }
                    if (!response.hasLastEvaluatedKey()) {
                        return page(false);
                    }
                    last = response.lastEvaluatedKey();
                    return bytes >= MAX_BYTES || number == MAX_CALLS || System.nanoTime() > deadline
                            ? page(true)
                            : call(number + 1);
                });
    }

    /** Adds rows to the page; returns whether all of them were looked at. */
    private boolean take(List<Map<String, AttributeValue>> rows) {
        for (Map<String, AttributeValue> row : rows) {
            if (present.isPresent(row)) {
                long size = ItemSize.of(row);
                if (items.size() == query.limit() || (!items.isEmpty() && bytes + size > MAX_BYTES)) {
                    return false;
                }
                items.add(present.shown(row, query.fields()));
                bytes += size;
            }
            Map<String, AttributeValue> key = new HashMap<>();
            keys.forEach(attribute -> key.put(attribute.name(), row.get(attribute.name())));
            last = key;
        }
        return true;
    }

    private CompletableFuture<Page> page(boolean more) {
        return CompletableFuture.completedFuture(
                new Page(items, more ? Optional.ofNullable(last).map(cursor::of) : Optional.empty()));
    }
}
