package dev.tributary.deadletter;

import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Queries and transactions on a table for dead letters. Reads are consistent.
 *
 * @param timeout for one call, the client's own retries included
 */
record DeadLetterRows(DynamoDbAsyncClient client, String table, Duration timeout) {

    private static final Map<String, String> KEY_NAMES =
            Map.of("#partition", DeadLetterRow.PARTITION, "#position", DeadLetterRow.POSITION);

    /** A query for the rows of a partition whose positions have this prefix. */
    QueryRequest.Builder of(String partition, String prefix) {
        return query(
                Map.of(":partition", AttributeValue.fromS(partition), ":prefix", AttributeValue.fromS(prefix)),
                "#partition = :partition AND begins_with(#position, :prefix)");
    }

    /** A query for the rows of a partition between two positions, inclusive. */
    QueryRequest.Builder of(String partition, String from, String to) {
        return query(
                Map.of(
                        ":partition",
                        AttributeValue.fromS(partition),
                        ":from",
                        AttributeValue.fromS(from),
                        ":to",
                        AttributeValue.fromS(to)),
                "#partition = :partition AND #position BETWEEN :from AND :to");
    }

    private QueryRequest.Builder query(Map<String, AttributeValue> values, String condition) {
        return QueryRequest.builder()
                .tableName(table)
                .consistentRead(true)
                .keyConditionExpression(condition)
                .expressionAttributeNames(KEY_NAMES)
                .expressionAttributeValues(values)
                .overrideConfiguration(call -> call.apiCallTimeout(timeout));
    }

    /** Passes every row to the consumer, one after the other; none if the table does not exist. */
    CompletableFuture<Void> each(QueryRequest.Builder query, Consumer<Map<String, AttributeValue>> row) {
        return client.queryPaginator(query.build())
                .subscribe(page -> page.items().forEach(row))
                .exceptionallyCompose(thrown -> whereMissing(thrown, null));
    }

    /** Makes all of the writes, or none. */
    CompletableFuture<?> transact(List<TransactWriteItem> writes) {
        return client.transactWriteItems(
                request -> request.transactItems(writes).overrideConfiguration(call -> call.apiCallTimeout(timeout)));
    }

    /** Completes with {@code nothing} if the table does not exist. */
    static <T> CompletableFuture<T> whereMissing(Throwable thrown, @Nullable T nothing) {
        return Failures.unwrap(thrown) instanceof ResourceNotFoundException
                ? CompletableFuture.completedFuture(nothing)
                : CompletableFuture.failedFuture(thrown);
    }
}
