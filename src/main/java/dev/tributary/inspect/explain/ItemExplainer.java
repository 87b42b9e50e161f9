package dev.tributary.inspect.explain;

import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.inspect.Answer;
import dev.tributary.inspect.InspectedRoute;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.inspect.KeyText;
import dev.tributary.inspect.explain.RowFinding.Verdict;
import dev.tributary.inspect.status.SourceProgress;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.projection.Projection;
import dev.tributary.projection.RowDecision;
import dev.tributary.stream.lease.LeaseSnapshot;
import dev.tributary.table.StoredRow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Reads an item, its rows and its dead letters, all consistently, and explains them. Writes nothing. */
public final class ItemExplainer {

    private final InspectedSource source;
    private final Instant now;

    public ItemExplainer(InspectedSource source, Instant now) {
        this.source = source;
        this.now = now;
    }

    /**
     * Explains an item.
     *
     * @param key its key attributes as text
     * @return fails with {@link IllegalArgumentException} if the text is no key of the table, and with what the SDK throws
     *     if the source table cannot be read. Failed calls to other tables are part of the explanation
     */
    public CompletableFuture<ItemExplanation> explain(Map<String, String> key) {
        return new TableControl(source.client(), source.settings().table())
                .describe()
                .thenCompose(table -> explain(table, KeyText.parse(key, table.key())));
    }

    private CompletableFuture<ItemExplanation> explain(DescribedTable table, Item key) {
        ItemKey owner = ItemKey.of(source.identity().apply(table), key.attributes());
        CompletableFuture<Answer<LeaseSnapshot>> leases = Answer.of(
                "lease table " + source.leaseTable(),
                LeaseSnapshot.read(source.own(), source.leaseTable(), source.name()));
        return get(source.client(), source.settings().table(), key).thenCompose(item -> {
            List<CompletableFuture<RouteExplanation>> routes = source.routes().stream()
                    .map(route -> explain(route, key, owner, item))
                    .toList();
            return CompletableFuture.allOf(routes.toArray(CompletableFuture[]::new))
                    .thenCombine(
                            leases,
                            (done, read) -> new ItemExplanation(
                                    source.name(),
                                    source.settings().table() + " (" + source.place() + ")",
                                    key,
                                    owner,
                                    item,
                                    read.value().flatMap(this::doneUntil),
                                    routes.stream().map(CompletableFuture::join).toList()));
        });
    }

    private Optional<Instant> doneUntil(LeaseSnapshot leases) {
        return SourceProgress.of(leases, source.timings(), now).doneUntil();
    }

    private CompletableFuture<RouteExplanation> explain(
            InspectedRoute route, Item key, ItemKey owner, Optional<Item> item) {
        String target = route.settings().table();
        CompletableFuture<Answer<List<DeadLetter>>> deadLetters =
                Answer.of("the dead letters", route.deadLetters().of(RouteDeadLetters.item(owner)));
        return Answer.of(
                        "target table " + target + " (" + route.place() + ")",
                        new TableControl(route.client(), target)
                                .describe()
                                .thenCompose(described -> row(route, described, key, owner, item)))
                .thenCombine(deadLetters, (row, letters) -> explained(route, row, letters));
    }

    /** The part of an explanation that needs the target. */
    private record TargetPart(
            Optional<Item> key,
            Optional<AttributeSelection> selection,
            Optional<StoredRow> found,
            RowFinding finding) {}

    private static RouteExplanation explained(
            InspectedRoute route, Answer<TargetPart> answer, Answer<List<DeadLetter>> letters) {
        TargetPart part = answer.value()
                .orElseGet(() -> new TargetPart(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new RowFinding(
                                Verdict.UNKNOWN,
                                answer.failure().map(Answer.Failure::problem).orElse(""))));
        return new RouteExplanation(
                route.name(),
                route.settings().table(),
                part.key(),
                part.selection(),
                part.found(),
                part.finding(),
                letters);
    }

    private CompletableFuture<TargetPart> row(
            InspectedRoute route, DescribedTable target, Item key, ItemKey owner, Optional<Item> item) {
        Projection projection = new Projection(route.settings().projection(), target.key());
        Optional<AttributeSelection> selection = item.map(found ->
                AttributeSelection.of(found, projection, route.settings().projection()));
        if (item.isEmpty() && !key.attributes().keySet().containsAll(projection.keySources())) {
            return CompletableFuture.completedFuture(new TargetPart(
                    Optional.empty(), selection, Optional.empty(), RowComparison.underivable(projection.keySources())));
        }
        Item projected = item.orElse(key);
        RowDecision decision = projection.decide(projected);
        RowComparison comparison = new RowComparison(route.settings(), owner, item.isPresent());
        Optional<Item> rowKey = projection.row(projected).map(Row::key).filter(projection::canHold);
        return rowKey.map(found -> get(route.client(), route.settings().table(), found))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
                .thenApply(found -> found.map(row -> StoredRow.of(row.attributes(), target.key())))
                .thenApply(found -> new TargetPart(rowKey, selection, found, comparison.compare(decision, found)));
    }

    private static CompletableFuture<Optional<Item>> get(DynamoDbAsyncClient client, String table, Item key) {
        return client.getItem(request ->
                        request.tableName(table).key(key.attributes()).consistentRead(true))
                .thenApply(response -> response.hasItem() ? Optional.of(new Item(response.item())) : Optional.empty());
    }
}
