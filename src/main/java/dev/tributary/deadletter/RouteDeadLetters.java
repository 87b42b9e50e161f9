package dev.tributary.deadletter;

import dev.tributary.model.Change;
import dev.tributary.model.Failures;
import dev.tributary.model.ItemKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The dead letters of one route, for people and jobs: to list, read, delete, or give another reason. Replication may park
 * changes meanwhile.
 *
 * <p>Each call is one attempt. Reads are consistent. Safe for any thread.
 */
public final class RouteDeadLetters {

    private static final int PAGE = 500;

    private final DeadLetterRows rows;
    private final String route;

    RouteDeadLetters(DeadLetterRows rows, String route) {
        this.rows = rows;
        this.route = route;
    }

    /** The digest that identifies an item in the table. */
    public static String item(ItemKey owner) {
        return DeadLetterPosition.item(owner);
    }

    /**
     * A page of the items that have dead letters, ordered by digest.
     *
     * @param after the last item of the page before; empty for the first page
     * @param limit maximum of items, from 1
     */
    public CompletableFuture<List<ParkedItem>> items(Optional<String> after, int limit) {
        ParkedItems items = new ParkedItems(limit);
        String from = after.map(DeadLetterPosition::end).orElse(DeadLetterPosition.START);
        List<QueryRequest.Builder> buckets = DeadLetterPosition.buckets(route).stream()
                .filter(bucket ->
                        after.isEmpty() || bucket.compareTo(DeadLetterPosition.bucket(route, after.get())) >= 0)
                .map(bucket -> rows.of(bucket, from, DeadLetterPosition.END).limit(PAGE))
                .toList();
        CompletableFuture<Void> read = CompletableFuture.completedFuture(null);
        for (QueryRequest.Builder bucket : buckets) {
            read = read.thenCompose(
                    before -> items.isFull() ? CompletableFuture.completedFuture(null) : read(bucket, Map.of(), items));
        }
        return read.exceptionallyCompose(thrown -> DeadLetterRows.whereMissing(thrown, null))
                .thenApply(done -> items.list());
    }

    private CompletableFuture<Void> read(
            QueryRequest.Builder query, Map<String, AttributeValue> start, ParkedItems items) {
        QueryRequest request =
                start.isEmpty() ? query.build() : query.exclusiveStartKey(start).build();
        return rows.client().query(request).thenCompose(page -> {
            page.items().forEach(items::add);
            return page.lastEvaluatedKey().isEmpty() || items.isFull()
                    ? CompletableFuture.completedFuture(null)
                    : read(query, page.lastEvaluatedKey(), items);
        });
    }

    /** The item; empty if it has no dead letters. */
    public CompletableFuture<Optional<ParkedItem>> find(String item) {
        ParkedItems found = new ParkedItems(1);
        return rows.each(firstRows(item), found::add)
                .thenApply(read -> found.list().stream().findFirst());
    }

    /** The dead letters of an item whose first row is complete, in the order of their versions. */
    public CompletableFuture<List<DeadLetter>> of(String item) {
        List<DeadLetter> deadLetters = new ArrayList<>();
        return rows.each(firstRows(item), row -> {
                    if (DeadLetterRow.isComplete(row)) {
                        deadLetters.add(DeadLetterRow.decode(row));
                    }
                })
                .thenApply(read -> deadLetters);
    }

    /**
     * All dead letters of an item, in the order of their versions.
     *
     * @return fails with {@link IllegalArgumentException} if a first row is incomplete
     */
    public CompletableFuture<List<DeadLetter>> allOf(String item) {
        List<DeadLetter> deadLetters = new ArrayList<>();
        return rows.each(firstRows(item), row -> {
                    if (!DeadLetterRow.isComplete(row)) {
                        throw new IllegalArgumentException(
                                "dead letter " + DeadLetterRow.position(row).encoded() + " lacks attributes");
                    }
                    deadLetters.add(DeadLetterRow.decode(row));
                })
                .thenApply(read -> deadLetters);
    }

    private QueryRequest.Builder firstRows(String item) {
        return rows.of(DeadLetterPosition.bucket(route, item), DeadLetterPosition.prefix(item));
    }

    /**
     * The change of a dead letter with its images; empty if the dead letter was deleted.
     *
     * @return fails with {@link IllegalArgumentException} if rows of it are missing or cannot be decoded
     */
    public CompletableFuture<Optional<Change>> change(DeadLetter deadLetter) {
        List<Map<String, AttributeValue>> images = new ArrayList<>();
        return rows.each(images(deadLetter), images::add).thenCompose(read -> {
            if (images.size() == deadLetter.parts()) {
                return CompletableFuture.completedFuture(Optional.of(DeadLetterRow.change(deadLetter, images)));
            }
            // Deleted since its first row was read, unless that row still exists.
            return of(deadLetter.item()).thenApply(parked -> parked.stream()
                    .filter(one -> one.stamp().equals(deadLetter.stamp()))
                    .findFirst()
                    .map(one -> DeadLetterRow.change(one, images)));
        });
    }

    private QueryRequest.Builder images(DeadLetter deadLetter) {
        return rows.of(
                DeadLetterPosition.images(route, deadLetter.item()),
                DeadLetterPosition.parts(deadLetter.stamp().version()));
    }

    /**
     * Deletes a dead letter, unless its change was replayed since it was read.
     *
     * @return whether it was deleted
     */
    public CompletableFuture<Boolean> delete(DeadLetter deadLetter) {
        String condition = deadLetter.replays() == 0
                ? "attribute_exists(#position) AND attribute_not_exists(#replays)"
                : "attribute_exists(#position) AND #replays = :replays";
        Map<String, String> names = Map.of("#position", DeadLetterRow.POSITION, "#replays", DeadLetterRow.REPLAYS);
        @Nullable Map<String, AttributeValue> values = deadLetter.replays() == 0
                ? null
                : Map.of(":replays", AttributeValue.fromN(Long.toString(deadLetter.replays())));
        Delete first = Delete.builder()
                .tableName(rows.table())
                .key(DeadLetterRow.key(route, deadLetter.position()))
                .conditionExpression(condition)
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .build();
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(TransactWriteItem.builder().delete(first).build());
        for (int part = 0; part < deadLetter.parts(); part++) {
            actions.add(delete(DeadLetterRow.imageKey(route, deadLetter.position(), part)));
        }
        return unlessConditionFailed(rows.transact(actions));
    }

    private TransactWriteItem delete(Map<String, AttributeValue> key) {
        return TransactWriteItem.builder()
                .delete(delete -> delete.tableName(rows.table()).key(key))
                .build();
    }

    /** Replaces the reason of a dead letter; completes with whether it still exists. */
    public CompletableFuture<Boolean> explain(DeadLetter deadLetter, String reason) {
        return unlessConditionFailed(rows.client().updateItem(request -> request.tableName(rows.table())
                .key(DeadLetterRow.key(route, deadLetter.position()))
                .updateExpression("SET #reason = :reason")
                .conditionExpression("attribute_exists(#position)")
                .expressionAttributeNames(Map.of("#position", DeadLetterRow.POSITION, "#reason", DeadLetterRow.REASON))
                .expressionAttributeValues(Map.of(":reason", AttributeValue.fromS(reason)))
                .overrideConfiguration(call -> call.apiCallTimeout(rows.timeout()))));
    }

    private static CompletableFuture<Boolean> unlessConditionFailed(CompletableFuture<?> call) {
        return call.thenApply(done -> true).exceptionallyCompose(thrown -> {
            Throwable failure = Failures.unwrap(thrown);
            boolean refused = failure instanceof ConditionalCheckFailedException
                    || (failure instanceof TransactionCanceledException cancelled
                            && cancelled.hasCancellationReasons()
                            && "ConditionalCheckFailed"
                                    .equals(cancelled
                                            .cancellationReasons()
                                            .get(0)
                                            .code()));
            return refused ? CompletableFuture.completedFuture(false) : CompletableFuture.failedFuture(thrown);
        });
    }

    /**
     * Deletes every dead letter of the item that exists now, also an incomplete one, the oldest first. Changes that are
     * parked meanwhile stay.
     *
     * @return the number of deleted dead letters
     */
    public CompletableFuture<Integer> discard(String item) {
        List<DeadLetterPosition> positions = new ArrayList<>();
        return rows.each(
                        firstRows(item).projectionExpression("#position"),
                        row -> positions.add(DeadLetterRow.position(row)))
                .thenCompose(read -> discardAll(positions))
                .thenApply(gone -> positions.size());
    }

    private CompletableFuture<Void> discardAll(List<DeadLetterPosition> positions) {
        CompletableFuture<Void> gone = CompletableFuture.completedFuture(null);
        for (DeadLetterPosition position : positions) {
            gone = gone.thenCompose(before -> discard(position));
        }
        return gone;
    }

    /** Finds the rows of images by a query: an incomplete first row may lack their number. */
    private CompletableFuture<Void> discard(DeadLetterPosition position) {
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(delete(DeadLetterRow.key(route, position)));
        return rows.each(
                        rows.of(
                                        DeadLetterPosition.images(route, position.item()),
                                        DeadLetterPosition.parts(position.version()))
                                .projectionExpression("#partition, #position"),
                        images -> actions.add(delete(images)))
                .thenCompose(read -> rows.transact(actions))
                .thenAccept(done -> {});
    }
}
