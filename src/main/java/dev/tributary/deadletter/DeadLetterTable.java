package dev.tributary.deadletter;

import dev.tributary.dynamo.Calls;
import dev.tributary.model.AttributeType;
import dev.tributary.model.Failures;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The table for the dead letters of one application, with the calls that replication makes.
 *
 * <p>Each call is one attempt: a future fails with what the SDK throws. Reads are consistent. A missing table reads as
 * empty. Safe for any thread.
 */
public final class DeadLetterTable {

    /** The key of the table. */
    public static final KeySchema KEY = new KeySchema(
            new KeyAttribute(DeadLetterRow.PARTITION, AttributeType.S),
            Optional.of(new KeyAttribute(DeadLetterRow.POSITION, AttributeType.S)));

    private static final String NOT_PARKED = "attribute_not_exists(#position)";
    private static final String PARKED = "attribute_exists(#position)";
    private static final Map<String, String> POSITION_NAME = Map.of("#position", DeadLetterRow.POSITION);
    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    /** Rows in one page: few enough that a query of every bucket at once fits any heap. */
    private static final int PAGE = 500;

    private final DynamoDbAsyncClient client;
    private final String name;
    private final Duration timeout;
    private final DeadLetterRows rows;

    /**
     * @param client remains the caller's to close
     * @param timeout for one call, the client's own retries included
     */
    public DeadLetterTable(DynamoDbAsyncClient client, String name, Duration timeout) {
        this.client = client;
        this.name = name;
        this.timeout = timeout;
        this.rows = new DeadLetterRows(client, name, timeout);
    }

    public String name() {
        return name;
    }

    /** The dead letters of one route, for people and jobs. */
    public RouteDeadLetters deadLetters(String route) {
        return new RouteDeadLetters(rows, route);
    }

    /** The lock of the jobs that delete dead letters of one route. */
    public JobLock lock(String route, JobLock.Timing timing, String holder) {
        return new JobLock(rows, route, timing, holder);
    }

    /**
     * Stores a change as a dead letter. If it is parked already, it keeps its reason, and a replay is recorded.
     *
     * @param permitted asked before each call but the first; if it is false, the future fails with {@link
     *     CancellationException}
     */
    CompletableFuture<Void> park(NewDeadLetter deadLetter, BooleanSupplier permitted) {
        return store(DeadLetterRow.encode(deadLetter), List.of())
                .thenCompose(result -> result == StoreResult.PARKED_ALREADY
                        ? onlyIf(permitted, () -> recordReplay(deadLetter.route(), deadLetter.position()))
                        : CompletableFuture.completedFuture(true))
                .thenCompose(parked -> parked
                        ? CompletableFuture.completedFuture(null)
                        : onlyIf(permitted, () -> park(deadLetter, permitted))); // deleted in between
    }

    static <T> CompletableFuture<T> onlyIf(BooleanSupplier permitted, Supplier<CompletableFuture<T>> call) {
        return permitted.getAsBoolean()
                ? call.get()
                : CompletableFuture.failedFuture(
                        new CancellationException("not permitted any more, between two calls that park a change"));
    }

    /**
     * Stores a change as {@link #park} does, on the condition that its predecessor is still parked.
     *
     * @return whether the change is parked; false if the predecessor is not parked any more
     */
    CompletableFuture<Boolean> parkBehind(
            Predecessor predecessor, NewDeadLetter deadLetter, BooleanSupplier permitted) {
        TransactWriteItem check = TransactWriteItem.builder()
                .conditionCheck(condition -> condition
                        .tableName(name)
                        .key(DeadLetterRow.key(deadLetter.route(), DeadLetterPosition.parse(predecessor.position())))
                        .conditionExpression(PARKED)
                        .expressionAttributeNames(POSITION_NAME))
                .build();
        return store(DeadLetterRow.encode(deadLetter), List.of(check)).thenCompose(result -> switch (result) {
            case STORED -> CompletableFuture.completedFuture(true);
            case PREDECESSOR_GONE -> CompletableFuture.completedFuture(false);
            case PARKED_ALREADY -> onlyIf(permitted, () -> recordReplay(deadLetter.route(), deadLetter.position()));
        });
    }

    private enum StoreResult {
        STORED,
        PREDECESSOR_GONE,
        PARKED_ALREADY
    }

    private CompletableFuture<StoreResult> store(
            List<Map<String, AttributeValue>> deadLetter, List<TransactWriteItem> checks) {
        List<TransactWriteItem> actions = new ArrayList<>(checks);
        actions.add(TransactWriteItem.builder()
                .put(put -> put.tableName(name)
                        .item(deadLetter.get(0))
                        .conditionExpression(NOT_PARKED)
                        .expressionAttributeNames(POSITION_NAME))
                .build());
        // Without a condition: only the first row decides, so images that outlived a manual delete of it are
        // overwritten.
        deadLetter
                .subList(1, deadLetter.size())
                .forEach(images -> actions.add(TransactWriteItem.builder()
                        .put(put -> put.tableName(name).item(images))
                        .build()));
        return rows.transact(actions).thenApply(done -> StoreResult.STORED).exceptionallyCompose(thrown -> {
            if (Failures.unwrap(thrown) instanceof TransactionCanceledException cancelled
                    && cancelled.hasCancellationReasons()) {
                List<String> codes = cancelled.cancellationReasons().stream()
                        .map(reason -> reason.code())
                        .limit(checks.size() + 1L)
                        .toList();
                if (codes.indexOf(CONDITION_FAILED) >= 0) {
                    boolean parked = codes.indexOf(CONDITION_FAILED) == checks.size();
                    return CompletableFuture.completedFuture(
                            parked ? StoreResult.PARKED_ALREADY : StoreResult.PREDECESSOR_GONE);
                }
            }
            return CompletableFuture.failedFuture(thrown);
        });
    }

    /** Records that a parked change was read again; completes with whether it is still parked. */
    CompletableFuture<Boolean> recordReplay(String route, DeadLetterPosition position) {
        return Calls.applied(client.updateItem(request -> request.tableName(name)
                .key(DeadLetterRow.key(route, position))
                .updateExpression("ADD #replays :one")
                .conditionExpression(PARKED)
                .expressionAttributeNames(
                        Map.of("#position", DeadLetterRow.POSITION, "#replays", DeadLetterRow.REPLAYS))
                .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1")))
                .overrideConfiguration(call -> call.apiCallTimeout(timeout))));
    }

    /**
     * Passes each item that has dead letters, by {@link DeadLetterPosition#item}, to a predicate once. Reads no images,
     * and one page at most of an item with many dead letters.
     *
     * @param bucket one of {@link DeadLetterPosition#buckets}
     * @param wantsMore if it returns false, the rest is not read
     * @return whether all items were passed
     */
    CompletableFuture<Boolean> items(String bucket, Predicate<String> wantsMore) {
        return items(bucket, DeadLetterPosition.START, wantsMore)
                .exceptionallyCompose(thrown -> DeadLetterRows.whereMissing(thrown, true));
    }

    private CompletableFuture<Boolean> items(String bucket, String from, Predicate<String> wantsMore) {
        QueryRequest request = rows.of(bucket, from, DeadLetterPosition.END)
                .projectionExpression("#position")
                .limit(PAGE)
                .build();
        return client.query(request).thenCompose(page -> {
            String last = "";
            for (Map<String, AttributeValue> row : page.items()) {
                String item = DeadLetterRow.position(row).item();
                if (!item.equals(last) && !wantsMore.test(item)) {
                    return CompletableFuture.completedFuture(false);
                }
                last = item;
            }
            return page.lastEvaluatedKey().isEmpty()
                    ? CompletableFuture.completedFuture(true)
                    : items(bucket, DeadLetterPosition.end(last), wantsMore);
        });
    }

    /** Whether the item has any dead letter. */
    CompletableFuture<Boolean> holds(String route, String item) {
        return first(rows.of(DeadLetterPosition.bucket(route, item), DeadLetterPosition.prefix(item)))
                .thenApply(Optional::isPresent);
    }

    /** The last dead letter of the item that is not newer than the version; it may be the version's own. */
    CompletableFuture<Optional<Predecessor>> before(String route, String item, Version version) {
        String last = new DeadLetterPosition(item, version).encoded();
        return first(rows.of(DeadLetterPosition.bucket(route, item), DeadLetterPosition.prefix(item), last)
                        .scanIndexForward(false))
                .thenApply(found -> found.map(position -> new Predecessor(position.encoded())));
    }

    private CompletableFuture<Optional<DeadLetterPosition>> first(QueryRequest.Builder query) {
        return client.query(query.projectionExpression("#position").limit(1).build())
                .thenApply(page -> page.items().stream().findFirst().map(DeadLetterRow::position))
                .exceptionallyCompose(thrown -> DeadLetterRows.whereMissing(thrown, Optional.empty()));
    }
}
