package dev.tributary.deadletter;

import dev.tributary.model.Answered;
import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * The rows of a table of dead letters: how they are asked for. Reads are consistent.
 *
 * @param timeout for one call, the client's own retries included
 */
record Rows(DynamoDbAsyncClient client, String table, Duration timeout) {

    static final Map<String, String> KEY_NAMES =
            Map.of("#route", DeadLetterRow.ROUTE, "#position", DeadLetterRow.POSITION);

    /** Names of the plain attributes; several are reserved words in expressions. */
    static final Map<String, String> PLAIN_NAMES = Map.of(
            "#route", DeadLetterRow.ROUTE,
            "#position", DeadLetterRow.POSITION,
            "#change", DeadLetterRow.CHANGE,
            "#owner", DeadLetterRow.OWNER,
            "#version", DeadLetterRow.VERSION,
            "#created", DeadLetterRow.CREATED_AT,
            "#parked", DeadLetterRow.PARKED_AT,
            "#reason", DeadLetterRow.REASON,
            "#parts", DeadLetterRow.PARTS,
            "#again", DeadLetterRow.AGAIN);

    /** All rows of the route. */
    QueryRequest.Builder of(String route) {
        return query(Map.of(":route", AttributeValue.fromS(route)), "#route = :route");
    }

    /** The rows of the route whose position starts so. */
    QueryRequest.Builder of(String route, String prefix) {
        return query(
                Map.of(":route", AttributeValue.fromS(route), ":prefix", AttributeValue.fromS(prefix)),
                "#route = :route AND begins_with(#position, :prefix)");
    }

    /** The rows of the route from one position to another, both included. */
    QueryRequest.Builder of(String route, String from, String to) {
        return query(
                Map.of(
                        ":route",
                        AttributeValue.fromS(route),
                        ":from",
                        AttributeValue.fromS(from),
                        ":to",
                        AttributeValue.fromS(to)),
                "#route = :route AND #position BETWEEN :from AND :to");
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

    /** Gives every row to the consumer, one after the other; ends with whether there is a table. */
    CompletableFuture<Boolean> each(QueryRequest request, Consumer<Map<String, AttributeValue>> row) {
        return client.queryPaginator(request)
                .subscribe(page -> Answered.byService(page).items().forEach(row))
                .thenApply(read -> true)
                .exceptionallyCompose(thrown -> whereMissing(thrown, false));
    }

    static <T> CompletableFuture<T> whereMissing(Throwable thrown, T nothing) {
        return Failures.unwrap(thrown) instanceof ResourceNotFoundException
                ? CompletableFuture.completedFuture(nothing)
                : CompletableFuture.failedFuture(thrown);
    }

    static Map<String, AttributeValue> key(String partition, String position) {
        return Map.of(
                DeadLetterRow.ROUTE, AttributeValue.fromS(partition),
                DeadLetterRow.POSITION, AttributeValue.fromS(position));
    }

    /**
     * @throws SdkClientException if the row is no dead letter
     */
    static Position position(Map<String, AttributeValue> row) {
        AttributeValue position = row.get(DeadLetterRow.POSITION);
        try {
            return Position.parse(position == null || position.s() == null ? "" : position.s());
        } catch (IllegalArgumentException e) {
            throw SdkClientException.create("the table of dead letters holds a row that is none: " + e.getMessage(), e);
        }
    }
}
