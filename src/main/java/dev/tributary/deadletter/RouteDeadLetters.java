package dev.tributary.deadletter;

import dev.tributary.dynamo.ResponseCheck;
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
 * The dead letters of one route, as a person or a job deals with them: looked through, taken out, or left with another
 * reason. Replication may park at any time meanwhile.
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

    /** {@code <source>.<route>}. */
    public String route() {
        return route;
    }

    /** How an item is named in the table. */
    public static String item(ItemKey owner) {
        return DeadLetterPosition.item(owner);
    }

    /**
     * Items that have parked changes, in the order of their names in the table.
     *
     * @param after the last item that is known already; empty to begin
     * @param limit how many at most, from 1
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
            ResponseCheck.byService(page).items().forEach(items::row);
            return page.lastEvaluatedKey().isEmpty() || items.isFull()
                    ? CompletableFuture.completedFuture(null)
                    : read(query, page.lastEvaluatedKey(), items);
        });
    }

    /** The item, if it has parked changes. */
    public CompletableFuture<Optional<ParkedItem>> find(String item) {
        ParkedItems found = new ParkedItems(1);
        return rows.each(of(item), found::row)
                .thenApply(read -> found.list().stream().findFirst());
    }

    /** The letters of an item without their images, in the order of their versions. */
    public CompletableFuture<List<DeadLetter>> changes(String item) {
        List<DeadLetter> letters = new ArrayList<>();
        return rows.each(of(item), row -> {
                    if (DeadLetterRow.isWhole(row)) {
                        letters.add(DeadLetterRow.letter(row));
                    }
                })
                .thenApply(read -> letters);
    }

    /**
     * The same, for a job that must leave none out.
     *
     * @return fails with {@link IllegalArgumentException} if a row of the item does not tell of its change
     */
    public CompletableFuture<List<DeadLetter>> allChanges(String item) {
        List<DeadLetter> letters = new ArrayList<>();
        return rows.each(of(item), row -> {
                    if (!DeadLetterRow.isWhole(row)) {
                        throw new IllegalArgumentException(
                                "Parked change " + DeadLetterRow.position(row).encoded() + " lacks attributes");
                    }
                    letters.add(DeadLetterRow.letter(row));
                })
                .thenApply(read -> letters);
    }

    private QueryRequest.Builder of(String item) {
        return rows.of(DeadLetterPosition.bucket(route, item), DeadLetterPosition.prefix(item));
    }

    /**
     * A letter's change with its images; empty if it is not there any more.
     *
     * @return fails with {@link IllegalArgumentException} if rows of it are missing or cannot be read
     */
    public CompletableFuture<Optional<Change>> change(DeadLetter letter) {
        List<Map<String, AttributeValue>> images = new ArrayList<>();
        return rows.each(images(letter), images::add).thenCompose(read -> {
            if (images.size() == letter.parts()) {
                return CompletableFuture.completedFuture(Optional.of(DeadLetterRow.change(letter, images)));
            }
            // Taken out since its first row was read, unless that is still there.
            return changes(letter.item()).thenApply(there -> there.stream()
                    .filter(one -> one.parked().stamp().equals(letter.parked().stamp()))
                    .findFirst()
                    .map(one -> DeadLetterRow.change(one, images)));
        });
    }

    private QueryRequest.Builder images(DeadLetter letter) {
        return rows.of(
                DeadLetterPosition.images(route, letter.item()),
                DeadLetterPosition.parts(letter.parked().stamp().version()));
    }

    /**
     * Takes a letter out, if its change has not come again since it was read.
     *
     * @return whether it is gone
     */
    public CompletableFuture<Boolean> remove(DeadLetter letter) {
        String condition = letter.again() == 0
                ? "attribute_exists(#position) AND attribute_not_exists(#again)"
                : "attribute_exists(#position) AND #again = :again";
        Map<String, String> names = Map.of("#position", DeadLetterRow.POSITION, "#again", DeadLetterRow.AGAIN);
        @Nullable Map<String, AttributeValue> values =
                letter.again() == 0 ? null : Map.of(":again", AttributeValue.fromN(Long.toString(letter.again())));
        Delete first = Delete.builder()
                .tableName(rows.table())
                .key(DeadLetterRow.key(route, position(letter)))
                .conditionExpression(condition)
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .build();
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(TransactWriteItem.builder().delete(first).build());
        for (int part = 0; part < letter.parts(); part++) {
            actions.add(delete(DeadLetterRow.imageKey(
                    route, letter.item(), position(letter).version(), part)));
        }
        return whetherAllowed(rows.transact(actions));
    }

    private TransactWriteItem delete(Map<String, AttributeValue> key) {
        return TransactWriteItem.builder()
                .delete(delete -> delete.tableName(rows.table()).key(key))
                .build();
    }

    /** Leaves the letter where it is, with this reason; ends with whether it is still there. */
    public CompletableFuture<Boolean> explain(DeadLetter letter, String reason) {
        return whetherAllowed(rows.client().updateItem(request -> request.tableName(rows.table())
                .key(DeadLetterRow.key(route, position(letter)))
                .updateExpression("SET #reason = :reason")
                .conditionExpression("attribute_exists(#position)")
                .expressionAttributeNames(Map.of("#position", DeadLetterRow.POSITION, "#reason", DeadLetterRow.REASON))
                .expressionAttributeValues(Map.of(":reason", AttributeValue.fromS(reason)))
                .overrideConfiguration(timed -> timed.apiCallTimeout(rows.timeout()))));
    }

    private static CompletableFuture<Boolean> whetherAllowed(CompletableFuture<?> call) {
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
     * Takes out every parked change of the item that is there now, readable or not, the oldest first; what is parked
     * meanwhile stays.
     *
     * @return how many changes that were
     */
    public CompletableFuture<Integer> discard(String item) {
        List<DeadLetterPosition> positions = new ArrayList<>();
        return rows.each(of(item).projectionExpression("#position"), row -> positions.add(DeadLetterRow.position(row)))
                .thenCompose(read -> inTurn(positions))
                .thenApply(gone -> positions.size());
    }

    private CompletableFuture<Void> inTurn(List<DeadLetterPosition> positions) {
        CompletableFuture<Void> gone = CompletableFuture.completedFuture(null);
        for (DeadLetterPosition position : positions) {
            gone = gone.thenCompose(before -> discard(position));
        }
        return gone;
    }

    /** With the images that are there: the first row may be one that does not tell how many. */
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

    private static DeadLetterPosition position(DeadLetter letter) {
        return new DeadLetterPosition(letter.item(), letter.parked().stamp().version());
    }
}
