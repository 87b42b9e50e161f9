package dev.tributary.deadletter;

import dev.tributary.dynamo.ResponseCheck;
import dev.tributary.model.AttributeType;
import dev.tributary.model.Change;
import dev.tributary.model.Failures;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
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
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The table of parked changes of one application, as replication uses it.
 *
 * <p>Each call is one attempt: a failed future carries what the SDK threw. Reads are consistent. A table that does not
 * exist holds nothing. Safe for any thread.
 */
public final class DeadLetterTable {

    /** The key that the table has. */
    public static final KeySchema KEY = new KeySchema(
            new KeyAttribute(DeadLetterRow.PARTITION, AttributeType.S),
            Optional.of(new KeyAttribute(DeadLetterRow.POSITION, AttributeType.S)));

    private static final String NOT_THERE = "attribute_not_exists(#position)";
    private static final String THERE = "attribute_exists(#position)";
    private static final Map<String, String> POSITION_NAME = Map.of("#position", DeadLetterRow.POSITION);
    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    /** Rows in one answer while all items are read: few enough that a query of every bucket at once fits any heap. */
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

    /** The dead letters of one route, for looking through and taking out. */
    public RouteDeadLetters letters(String route) {
        return new RouteDeadLetters(rows, route);
    }

    /** The lock of the jobs that take dead letters of one route out. */
    public JobLock lock(String route, JobLock.Timing timing, String holder) {
        return new JobLock(rows, route, timing, holder);
    }

    /**
     * Stores the change with its images. One that is stored already keeps its reason, and says that it came again.
     *
     * @param permitted asked before each call that follows another; where it says no, the future fails with {@link
     *     CancellationException}
     */
    CompletableFuture<Void> park(ParkedChange parked, Change change, BooleanSupplier permitted) {
        return store(DeadLetterRow.encode(parked, change), List.of())
                .thenCompose(result -> result == Stored.THERE_ALREADY
                        ? onlyIf(permitted, () -> recordReplay(parked.route(), parked.stamp()))
                        : CompletableFuture.completedFuture(true))
                .thenCompose(there -> there
                        ? CompletableFuture.completedFuture(null)
                        : onlyIf(permitted, () -> park(parked, change, permitted))); // taken out in between
    }

    static <T> CompletableFuture<T> onlyIf(BooleanSupplier permitted, Supplier<CompletableFuture<T>> call) {
        return permitted.getAsBoolean()
                ? call.get()
                : CompletableFuture.failedFuture(new CancellationException("stopped between two calls of a parking"));
    }

    /**
     * The same, where the change in front of it is still parked.
     *
     * @return whether it was stored; false if there is nothing to wait behind any more, as far as {@code predecessor}
     *     goes
     */
    CompletableFuture<Boolean> parkBehind(
            Predecessor predecessor, ParkedChange parked, Change change, BooleanSupplier permitted) {
        TransactWriteItem check = TransactWriteItem.builder()
                .conditionCheck(condition -> condition
                        .tableName(name)
                        .key(DeadLetterRow.key(parked.route(), DeadLetterPosition.parse(predecessor.position())))
                        .conditionExpression(THERE)
                        .expressionAttributeNames(POSITION_NAME))
                .build();
        return store(DeadLetterRow.encode(parked, change), List.of(check)).thenCompose(result -> switch (result) {
            case STORED -> CompletableFuture.completedFuture(true);
            case NOTHING_IN_FRONT -> CompletableFuture.completedFuture(false);
            case THERE_ALREADY -> onlyIf(permitted, () -> recordReplay(parked.route(), parked.stamp()));
        });
    }

    private enum Stored {
        STORED,
        NOTHING_IN_FRONT,
        THERE_ALREADY
    }

    private CompletableFuture<Stored> store(List<Map<String, AttributeValue>> letter, List<TransactWriteItem> inFront) {
        List<TransactWriteItem> actions = new ArrayList<>(inFront);
        actions.add(TransactWriteItem.builder()
                .put(put -> put.tableName(name)
                        .item(letter.get(0))
                        .conditionExpression(NOT_THERE)
                        .expressionAttributeNames(POSITION_NAME))
                .build());
        // The first row decides alone, so images that were left over when somebody deleted it by hand are no obstacle.
        letter.subList(1, letter.size())
                .forEach(images -> actions.add(TransactWriteItem.builder()
                        .put(put -> put.tableName(name).item(images))
                        .build()));
        return rows.transact(actions).thenApply(done -> Stored.STORED).exceptionallyCompose(thrown -> {
            if (Failures.unwrap(thrown) instanceof TransactionCanceledException cancelled
                    && cancelled.hasCancellationReasons()) {
                List<String> codes = cancelled.cancellationReasons().stream()
                        .map(reason -> reason.code())
                        .limit(inFront.size() + 1L)
                        .toList();
                if (codes.indexOf(CONDITION_FAILED) >= 0) {
                    boolean itself = codes.indexOf(CONDITION_FAILED) == inFront.size();
                    return CompletableFuture.completedFuture(itself ? Stored.THERE_ALREADY : Stored.NOTHING_IN_FRONT);
                }
            }
            return CompletableFuture.failedFuture(thrown);
        });
    }

    /** Notes that the change came again; ends with whether it is still there. */
    CompletableFuture<Boolean> recordReplay(String route, VersionStamp mark) {
        DeadLetterPosition position = new DeadLetterPosition(DeadLetterPosition.item(mark.owner()), mark.version());
        return client.updateItem(request -> request.tableName(name)
                        .key(DeadLetterRow.key(route, position))
                        .updateExpression("ADD #again :one")
                        .conditionExpression(THERE)
                        .expressionAttributeNames(
                                Map.of("#position", DeadLetterRow.POSITION, "#again", DeadLetterRow.AGAIN))
                        .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1")))
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(done -> {
                    ResponseCheck.byService(done);
                    return true;
                })
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ConditionalCheckFailedException
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(thrown));
    }

    /**
     * Gives the items, by {@link DeadLetterPosition#item}, that have parked changes to the consumer, each once. Reads no images, and
     * of an item with many changes one page.
     *
     * @param bucket one of {@link DeadLetterPosition#buckets}
     * @param wantsMore asked with each item; where it says no, the rest is not read
     * @return whether all were given
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
            for (Map<String, AttributeValue> row : ResponseCheck.byService(page).items()) {
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

    /** Whether the item has any parked change. */
    CompletableFuture<Boolean> holds(String route, String item) {
        return one(rows.of(DeadLetterPosition.bucket(route, item), DeadLetterPosition.prefix(item)))
                .thenApply(Optional::isPresent);
    }

    /** The last parked change of the item that is not newer than the version; it may be the version's own. */
    CompletableFuture<Optional<Predecessor>> before(String route, String item, Version version) {
        String last = new DeadLetterPosition(item, version).encoded();
        return one(rows.of(DeadLetterPosition.bucket(route, item), DeadLetterPosition.prefix(item), last)
                        .scanIndexForward(false))
                .thenApply(found -> found.map(position -> new Predecessor(position.encoded())));
    }

    private CompletableFuture<Optional<DeadLetterPosition>> one(QueryRequest.Builder query) {
        return client.query(query.projectionExpression("#position").limit(1).build())
                .thenApply(page -> ResponseCheck.byService(page).items().stream()
                        .findFirst()
                        .map(DeadLetterRow::position))
                .exceptionallyCompose(thrown -> DeadLetterRows.whereMissing(thrown, Optional.empty()));
    }
}
