package dev.tributary.items.query;

import dev.tributary.document.Problem;
import dev.tributary.document.Problem.Kind;
import dev.tributary.document.RefusedException;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import dev.tributary.model.TableLayout;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;

/** Reads the items of a resource. Safe for any thread; never blocks. */
public final class ResourceReads {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /**
     * The result of a read.
     *
     * @param value empty if the read failed
     * @param refusal why it failed
     */
    public record Result<T>(Optional<T> value, Optional<Problem> refusal) {

        private static <T> Result<T> of(T value) {
            return new Result<>(Optional.of(value), Optional.empty());
        }

        private static <T> Result<T> refused(Problem problem) {
            return new Result<>(Optional.empty(), Optional.of(problem));
        }
    }

    private final Resource resource;
    private final PresentItems present;

    public ResourceReads(Resource resource) {
        this.resource = resource;
        this.present = new PresentItems(resource.place().layout(), resource.clock());
    }

    public TableLayout layout() {
        return present.layout();
    }

    /**
     * Reads an item.
     *
     * @param consistent whether the read reflects all writes that were answered before it
     * @param known whether the caller has this version already
     * @return fails only for defects
     */
    public CompletableFuture<WriteResult> item(
            Map<String, AttributeValue> key, boolean consistent, FieldSelection fields, Predicate<String> known) {
        GetItemRequest.Builder request = GetItemRequest.builder()
                .tableName(resource.table())
                .key(key)
                .consistentRead(consistent)
                .overrideConfiguration(call -> call.apiCallTimeout(resource.timeout()));
        fields.expression(needed()).ifPresent(projection -> request.projectionExpression(projection.text())
                .expressionAttributeNames(projection.names()));
        return resource.place()
                .client()
                .getItem(request.build())
                .<WriteResult>thenApply(response -> response.hasItem() && present.isPresent(response.item())
                        ? found(response.item(), fields, known)
                        : new WriteResult.Refused(Problem.noSuchItem()))
                .exceptionally(resource::explainRead);
    }

    private Collection<String> needed() {
        return Stream.of(
                        resource.keyNames().stream(),
                        present.expiryAttributes().stream(),
                        resource.settings().document().version().stream())
                .flatMap(names -> names)
                .toList();
    }

    private WriteResult found(Map<String, AttributeValue> row, FieldSelection fields, Predicate<String> known) {
        Optional<String> version = resource.versionOf(row);
        return version.filter(known).isPresent()
                ? new WriteResult.NotModified(version.get())
                : new WriteResult.Found(present.shown(row, fields), version);
    }

    /** A read that is ready to be made. */
    public interface Start<T> {
        /** Makes the read; the future fails only for defects. */
        CompletableFuture<Result<T>> run();
    }

    /**
     * Prepares to read a page of a query.
     *
     * @param cursor of the page before; empty for the first page
     * @throws RefusedException if the cursor is not one of this query
     */
    public Start<Page> page(ItemQuery query, Optional<String> cursor) throws RefusedException {
        Cursor places = new Cursor(resource.name(), layout().key(), query);
        Optional<Map<String, AttributeValue>> after = Optional.empty();
        if (cursor.isPresent()) {
            after = places.read(cursor.get());
            if (after.isEmpty()) {
                throw new RefusedException(Problem.of(
                        Kind.BAD_CURSOR,
                        "The cursor is not one that this query returned. Send the query without it to begin again."));
            }
        }
        Optional<Map<String, AttributeValue>> place = after;
        return () -> new PageRead(
                        resource.place().pages(), resource.table(), present, query, places, resource.timeout())
                .run(place)
                .thenApply(Result::of)
                .exceptionally(this::refused);
    }

    /**
     * Reads the items of many keys.
     *
     * @return fails only for defects
     */
    public CompletableFuture<Result<Batch>> batch(
            Collection<Map<String, AttributeValue>> keys, boolean consistent, FieldSelection fields) {
        return new BatchRead(
                        resource.place().pages(),
                        resource.table(),
                        present,
                        consistent,
                        fields,
                        keys,
                        resource.timeout())
                .run()
                .thenApply(batch -> batch.map(Result::of)
                        .orElseGet(() -> Result.refused(Problem.retryable(
                                Kind.THROTTLED, "The table is at its capacity. Try again.", RETRY_AFTER))))
                .exceptionally(this::refused);
    }

    private <T> Result<T> refused(Throwable thrown) {
        return Result.refused(resource.explainRead(thrown).problem());
    }
}
