package dev.tributary.deadletter;

import dev.tributary.model.Change;
import dev.tributary.model.Failures;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
public final class RouteLetters {

    private final Rows rows;
    private final String route;

    RouteLetters(Rows rows, String route) {
        this.rows = rows;
        this.route = route;
    }

    /** Takes the letters of an item, one after the other, in the order of their versions. */
    @FunctionalInterface
    public interface Reader {
        /** Must not block. */
        void read(Letter letter, Change change);
    }

    /** {@code <source>.<route>}. */
    public String route() {
        return route;
    }

    /** How an item is named in the table. */
    public static String item(ItemKey owner) {
        return Position.item(owner);
    }

    /**
     * Items that have parked changes, in the order of their names in the table.
     *
     * @param after the last item that is known already; empty to begin
     * @param limit how many at most, from 1
     */
    public CompletableFuture<List<ParkedItem>> items(Optional<String> after, int limit) {
        ParkedItems items = new ParkedItems(limit);
        QueryRequest.Builder query = after.map(item -> rows.of(route, Position.end(item), Position.END))
                .orElseGet(() -> rows.of(route));
        return page(plain(query), Map.of(), items);
    }

    private CompletableFuture<List<ParkedItem>> page(
            QueryRequest.Builder query, Map<String, AttributeValue> start, ParkedItems items) {
        QueryRequest request =
                start.isEmpty() ? query.build() : query.exclusiveStartKey(start).build();
        return rows.client()
                .query(request)
                .thenCompose(page -> {
                    page.items().forEach(items::row);
                    return page.lastEvaluatedKey().isEmpty() || items.isFull()
                            ? CompletableFuture.completedFuture(items.list())
                            : page(query, page.lastEvaluatedKey(), items);
                })
                .exceptionallyCompose(thrown -> Rows.whereMissing(thrown, List.of()));
    }

    /** The item, if it has parked changes. */
    public CompletableFuture<Optional<ParkedItem>> find(String item) {
        return page(plain(rows.of(route, Position.prefix(item))), Map.of(), new ParkedItems(1))
                .thenApply(found -> found.stream().findFirst());
    }

    /** The letters of an item without their images, in the order of their versions. */
    public CompletableFuture<List<Letter>> changes(String item) {
        List<Letter> letters = new ArrayList<>();
        return rows.each(plain(rows.of(route, Position.prefix(item))).build(), row -> {
                    if (DeadLetterRow.isFirst(row)) {
                        letters.add(DeadLetterRow.letter(row));
                    }
                })
                .thenApply(read -> letters);
    }

    private static QueryRequest.Builder plain(QueryRequest.Builder query) {
        return query.projectionExpression(String.join(",", Rows.PLAIN_NAMES.keySet()))
                .expressionAttributeNames(Rows.PLAIN_NAMES);
    }

    /**
     * A letter's change with its images; empty if it is not there any more.
     *
     * @return fails with {@link IllegalArgumentException} if rows of it are missing or cannot be read
     */
    public CompletableFuture<Optional<Change>> change(Letter letter) {
        List<Map<String, AttributeValue>> parts = new ArrayList<>();
        String prefix = Position.prefix(letter.item(), letter.parked().mark().version());
        return rows.each(rows.of(route, prefix).build(), parts::add)
                .thenApply(read -> parts.isEmpty() ? Optional.empty() : Optional.of(DeadLetterRow.change(parts)));
    }

    /**
     * Reads the letters of an item with their images.
     *
     * @return how many there were; fails with {@link IllegalArgumentException} if rows are missing or cannot be read
     */
    public CompletableFuture<Integer> read(String item, Reader reader) {
        LetterParts parts = new LetterParts(reader);
        return rows.each(rows.of(route, Position.prefix(item)).build(), parts::row)
                .thenApply(read -> parts.end());
    }

    /**
     * Takes a letter out, if its change has not come again since it was read.
     *
     * @return whether it is gone
     */
    public CompletableFuture<Boolean> remove(Letter letter) {
        String condition = letter.again() == 0
                ? "attribute_exists(#position) AND attribute_not_exists(#again)"
                : "attribute_exists(#position) AND #again = :again";
        Map<String, String> names = Map.of("#position", DeadLetterRow.POSITION, "#again", DeadLetterRow.AGAIN);
        @Nullable Map<String, AttributeValue> values =
                letter.again() == 0 ? null : Map.of(":again", AttributeValue.fromN(Long.toString(letter.again())));
        Delete first = Delete.builder()
                .tableName(rows.table())
                .key(Rows.key(route, position(letter, 0)))
                .conditionExpression(condition)
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .build();
        return whetherAllowed(letter.parts() == 1 ? delete(first) : deleteAll(first, letter));
    }

    /** One row needs no transaction, which costs twice. */
    private CompletableFuture<?> delete(Delete first) {
        return rows.client().deleteItem(request -> request.tableName(first.tableName())
                .key(first.key())
                .conditionExpression(first.conditionExpression())
                .expressionAttributeNames(first.expressionAttributeNames())
                .expressionAttributeValues(first.expressionAttributeValues())
                .overrideConfiguration(timed -> timed.apiCallTimeout(rows.timeout())));
    }

    private CompletableFuture<?> deleteAll(Delete first, Letter letter) {
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(TransactWriteItem.builder().delete(first).build());
        for (int part = 1; part < letter.parts(); part++) {
            var key = Rows.key(route, position(letter, part));
            actions.add(TransactWriteItem.builder()
                    .delete(delete -> delete.tableName(rows.table()).key(key))
                    .build());
        }
        return rows.client().transactWriteItems(request -> request.transactItems(actions)
                .overrideConfiguration(timed -> timed.apiCallTimeout(rows.timeout())));
    }

    /** Leaves the letter where it is, with this reason; ends with whether it is still there. */
    public CompletableFuture<Boolean> explain(Letter letter, String reason) {
        return whetherAllowed(rows.client().updateItem(request -> request.tableName(rows.table())
                .key(Rows.key(route, position(letter, 0)))
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
     * Takes out every row of the item that is there now, readable or not, the oldest first; what is parked meanwhile
     * stays.
     *
     * @return how many changes that were
     */
    public CompletableFuture<Integer> discard(String item) {
        List<String> positions = new ArrayList<>();
        Set<Version> changes = new HashSet<>();
        return rows.each(
                        rows.of(route, Position.prefix(item))
                                .projectionExpression("#position")
                                .build(),
                        row -> {
                            Position position = Rows.position(row);
                            positions.add(position.encoded());
                            changes.add(position.version());
                        })
                .thenCompose(read -> inTurn(positions))
                .thenApply(gone -> changes.size());
    }

    private CompletableFuture<Void> inTurn(List<String> positions) {
        CompletableFuture<Void> gone = CompletableFuture.completedFuture(null);
        for (String position : positions) {
            gone = gone.thenCompose(before -> rows.client()
                    .deleteItem(request -> request.tableName(rows.table())
                            .key(Rows.key(route, position))
                            .overrideConfiguration(timed -> timed.apiCallTimeout(rows.timeout())))
                    .thenAccept(done -> {}));
        }
        return gone;
    }

    private static String position(Letter letter, int part) {
        return new Position(letter.item(), letter.parked().mark().version(), part).encoded();
    }
}
