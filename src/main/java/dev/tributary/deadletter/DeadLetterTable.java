package dev.tributary.deadletter;

import static java.util.Objects.requireNonNull;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The table of parked changes of one application.
 *
 * <p>Each call is one attempt: a failed future carries what the SDK threw. Reads are consistent. A table that does not
 * exist holds nothing. Safe for any thread.
 */
public final class DeadLetterTable {

    private static final String NOT_THERE = "attribute_not_exists(#position)";
    private static final String OF_ROUTE = "#route = :route";
    private static final String OF_ROUTE_FROM = OF_ROUTE + " AND begins_with(#position, :prefix)";
    private static final Map<String, String> KEY_NAMES =
            Map.of("#route", DeadLetterRow.ROUTE, "#position", DeadLetterRow.POSITION);

    /** Names of the plain attributes; several are reserved words in expressions. */
    private static final Map<String, String> NAMES = Map.of(
            "#route", DeadLetterRow.ROUTE,
            "#owner", DeadLetterRow.OWNER,
            "#version", DeadLetterRow.VERSION,
            "#created", DeadLetterRow.CREATED_AT,
            "#parked", DeadLetterRow.PARKED_AT,
            "#reason", DeadLetterRow.REASON);

    private final DynamoDbAsyncClient client;
    private final String name;
    private final Duration timeout;

    /**
     * @param client remains the caller's to close
     * @param timeout for one call, the client's own retries included
     */
    public DeadLetterTable(DynamoDbAsyncClient client, String name, Duration timeout) {
        this.client = client;
        this.name = name;
        this.timeout = timeout;
    }

    public String name() {
        return name;
    }

    /**
     * Makes the table, unless there is one already. Does not wait until it can be written.
     *
     * @param protect whether only somebody who turns its deletion protection off may delete it
     * @return whether it was made
     */
    public CompletableFuture<Boolean> create(boolean protect) {
        return client.describeTable(request -> request.tableName(name))
                .thenApply(found -> false)
                .exceptionallyCompose(thrown -> unwrap(thrown) instanceof ResourceNotFoundException
                        ? createMissing(protect)
                        : CompletableFuture.failedFuture(thrown));
    }

    private CompletableFuture<Boolean> createMissing(boolean protect) {
        return client.createTable(request -> request.tableName(name)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .deletionProtectionEnabled(protect ? true : null)
                        .attributeDefinitions(text(DeadLetterRow.ROUTE), text(DeadLetterRow.POSITION))
                        .keySchema(key(DeadLetterRow.ROUTE, KeyType.HASH), key(DeadLetterRow.POSITION, KeyType.RANGE)))
                .thenApply(created -> true)
                .exceptionallyCompose(thrown -> unwrap(thrown) instanceof ResourceInUseException
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(thrown));
    }

    /** Stores the change with its images. Where it is stored already, it stays as it is. */
    public CompletableFuture<Void> park(ParkedChange parked, Change change) {
        List<Map<String, AttributeValue>> rows = DeadLetterRow.encode(parked, change);
        CompletableFuture<?> call = rows.size() == 1 ? put(rows.get(0)) : putAll(rows);
        return call.handle((done, thrown) -> thrown == null || isThereAlready(unwrap(thrown))
                        ? CompletableFuture.<Void>completedFuture(null)
                        : CompletableFuture.<Void>failedFuture(thrown))
                .thenCompose(stage -> stage);
    }

    private CompletableFuture<?> put(Map<String, AttributeValue> row) {
        return client.putItem(request -> request.tableName(name)
                .item(row)
                .conditionExpression(NOT_THERE)
                .expressionAttributeNames(Map.of("#position", DeadLetterRow.POSITION))
                .overrideConfiguration(call -> call.apiCallTimeout(timeout)));
    }

    private CompletableFuture<?> putAll(List<Map<String, AttributeValue>> rows) {
        List<TransactWriteItem> actions = new ArrayList<>();
        for (Map<String, AttributeValue> row : rows) {
            // Only the first row decides, so that one whose other rows are left over from a deletion can be parked.
            boolean first = actions.isEmpty();
            actions.add(TransactWriteItem.builder()
                    .put(put -> {
                        put.tableName(name).item(row);
                        if (first) {
                            put.conditionExpression(NOT_THERE)
                                    .expressionAttributeNames(Map.of("#position", DeadLetterRow.POSITION));
                        }
                    })
                    .build());
        }
        return client.transactWriteItems(
                request -> request.transactItems(actions).overrideConfiguration(call -> call.apiCallTimeout(timeout)));
    }

    private static boolean isThereAlready(Throwable failure) {
        return failure instanceof ConditionalCheckFailedException
                || (failure instanceof TransactionCanceledException cancelled
                        && cancelled.hasCancellationReasons()
                        && "ConditionalCheckFailed"
                                .equals(cancelled.cancellationReasons().get(0).code()));
    }

    /** The parked changes of the route, those of an item in the order of their versions. Reads all of them. */
    public CompletableFuture<List<ParkedChange>> list(String route) {
        List<ParkedChange> list = new ArrayList<>();
        QueryRequest request = ofRoute(route)
                .filterExpression("attribute_exists(#reason)")
                .projectionExpression(String.join(",", NAMES.keySet()))
                .expressionAttributeNames(NAMES)
                .build();
        return each(request, row -> list.add(DeadLetterRow.parked(row))).thenApply(read -> list);
    }

    /** How many changes of the route are parked. Reads all of them. */
    public CompletableFuture<Integer> count(String route) {
        return list(route).thenApply(List::size);
    }

    /**
     * A parked change with its images; empty if it is not there.
     *
     * @return fails with {@link IllegalArgumentException} if rows of it are missing or cannot be read
     */
    public CompletableFuture<Optional<Change>> change(String route, ItemKey owner, Version version) {
        List<Map<String, AttributeValue>> rows = new ArrayList<>();
        QueryRequest request = from(route, Position.prefix(Position.item(owner), version))
                .expressionAttributeNames(KEY_NAMES)
                .build();
        return each(request, rows::add)
                .thenApply(read -> rows.isEmpty() ? Optional.empty() : Optional.of(DeadLetterRow.change(rows)));
    }

    /** The items, by {@link Position#item}, of which the route has parked changes. */
    CompletableFuture<Set<String>> items(String route) {
        Set<String> items = new HashSet<>();
        QueryRequest request = ofRoute(route)
                .projectionExpression("#position")
                .expressionAttributeNames(KEY_NAMES)
                .build();
        return each(request, row -> items.add(position(row).item())).thenApply(read -> items);
    }

    /** The version of the item's first parked change; empty when it has none. */
    CompletableFuture<Optional<Version>> first(String route, String item) {
        QueryRequest request = from(route, Position.prefix(item))
                .projectionExpression("#position")
                .expressionAttributeNames(KEY_NAMES)
                .limit(1)
                .build();
        return client.query(request)
                .thenApply(page -> page.items().stream().findFirst().map(row -> position(row)
                        .version()))
                .exceptionallyCompose(thrown -> whereMissing(thrown, Optional.empty()));
    }

    /** Gives every row to the consumer; ends with whether there is a table. */
    private CompletableFuture<Boolean> each(QueryRequest request, Consumer<Map<String, AttributeValue>> row) {
        return client.queryPaginator(request)
                .items()
                .subscribe(row)
                .thenApply(read -> true)
                .exceptionallyCompose(thrown -> whereMissing(thrown, false));
    }

    private QueryRequest.Builder ofRoute(String route) {
        return QueryRequest.builder()
                .tableName(name)
                .consistentRead(true)
                .keyConditionExpression(OF_ROUTE)
                .expressionAttributeValues(Map.of(":route", AttributeValue.fromS(route)))
                .overrideConfiguration(call -> call.apiCallTimeout(timeout));
    }

    private QueryRequest.Builder from(String route, String prefix) {
        return ofRoute(route)
                .keyConditionExpression(OF_ROUTE_FROM)
                .expressionAttributeValues(
                        Map.of(":route", AttributeValue.fromS(route), ":prefix", AttributeValue.fromS(prefix)));
    }

    private static Position position(Map<String, AttributeValue> row) {
        return Position.parse(requireNonNull(row.get(DeadLetterRow.POSITION)).s());
    }

    private static <T> CompletableFuture<T> whereMissing(Throwable thrown, T nothing) {
        return unwrap(thrown) instanceof ResourceNotFoundException
                ? CompletableFuture.completedFuture(nothing)
                : CompletableFuture.failedFuture(thrown);
    }

    private static Throwable unwrap(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    private static AttributeDefinition text(String attribute) {
        return AttributeDefinition.builder()
                .attributeName(attribute)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String attribute, KeyType type) {
        return KeySchemaElement.builder().attributeName(attribute).keyType(type).build();
    }
}
