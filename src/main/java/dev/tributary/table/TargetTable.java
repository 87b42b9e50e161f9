package dev.tributary.table;

import dev.tributary.dynamo.CollisionException;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Failures;
import dev.tributary.model.Item;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.Policies.Tombstones;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Guarded writes to one target table.
 *
 * <p>Each call is one attempt without retries: a failed future carries what the SDK threw, for {@link WriteFailure#of}.
 * Every write may be repeated at any time and in any state of the table without harm. Safe for any thread.
 */
public final class TargetTable {

    /** Deletes of one transaction with one put; DynamoDB takes 100 actions. */
    private static final int MOVE_LIMIT = 99;

    private static final int DELETES_AT_ONCE = 25;

    private final DynamoDbAsyncClient client;
    private final String name;
    private final Policies policies;
    private final Regressions regressions = new Regressions();

    public TargetTable(DynamoDbAsyncClient client, String name, Policies policies) {
        this.client = client;
        this.name = name;
        this.policies = policies;
    }

    DynamoDbAsyncClient client() {
        return client;
    }

    String name() {
        return name;
    }

    /** Whether a removed row is deleted; otherwise a tombstone replaces it. */
    boolean deletes() {
        return policies.tombstones().isEmpty();
    }

    /**
     * Applies the write if its guard allows. If another item has the row and keeps it, nothing is applied, and the
     * future fails with {@link CollisionException}.
     *
     * @param permitted checked before each call but the first, which a move may need; if false, the future fails with
     *     {@link CancellationException}, and the write is applied in part
     */
    public CompletableFuture<Outcome> apply(TargetWrite write, BooleanSupplier permitted) {
        return write(write.stamp(), write.vacated(), write.arriving(), permitted);
    }

    private CompletableFuture<Outcome> goOn(
            VersionStamp stamp, Set<Item> vacated, Optional<Row> arriving, BooleanSupplier permitted) {
        boolean nothingLeft = vacated.isEmpty() && arriving.isEmpty();
        return nothingLeft
                ? write(stamp, vacated, arriving, permitted)
                : ifPermitted(permitted, () -> write(stamp, vacated, arriving, permitted));
    }

    private CompletableFuture<Outcome> write(
            VersionStamp stamp, Set<Item> vacated, Optional<Row> arriving, BooleanSupplier permitted) {
        if (arriving.isEmpty()) {
            return deleteAll(stamp, List.copyOf(vacated), permitted);
        }
        if (vacated.isEmpty()) {
            return put(stamp, arriving.get());
        }
        List<Item> from = List.copyOf(vacated);
        if (from.size() <= MOVE_LIMIT) {
            return move(stamp, from, arriving.get(), permitted);
        }
        // The row should be under one of the first keys. It moves before the others are vacated, where an earlier run
        // that
        // stopped half-way may have left a row: the item is never without a row.
        return move(stamp, from.subList(0, MOVE_LIMIT), arriving.get(), permitted)
                .thenCompose(moved -> ifPermitted(
                                permitted, () -> deleteAll(stamp, from.subList(MOVE_LIMIT, from.size()), permitted))
                        .thenApply(deleted -> either(moved, deleted)));
    }

    private static <T> CompletableFuture<T> ifPermitted(
            BooleanSupplier permitted, Supplier<CompletableFuture<T>> call) {
        return permitted.getAsBoolean()
                ? call.get()
                : CompletableFuture.failedFuture(new CancellationException("stopped between two calls of a move"));
    }

    private CompletableFuture<Outcome> put(VersionStamp stamp, Row row) {
        return outcome(
                put(stamped(stamp, row), Guard.put(stamp, policies.collisions()), refusedRow()),
                refused -> policies.rejects() && !StampAttribute.isOwner(stamp, refused.item())
                        ? CompletableFuture.failedFuture(collision(refused.item(), refused))
                        : CompletableFuture.completedFuture(regressions.judge(refused.item(), stamp)));
    }

    private CompletableFuture<PutItemResponse> put(
            Map<String, AttributeValue> item, Guard guard, ReturnValuesOnConditionCheckFailure refused) {
        return client.putItem(request -> request.tableName(name)
                .item(item)
                .conditionExpression(guard.condition())
                .expressionAttributeNames(guard.names())
                .expressionAttributeValues(guard.values())
                .returnValuesOnConditionCheckFailure(refused));
    }

    /** What a refused put returns of the row: nothing unless it is needed, as it may be large. */
    private ReturnValuesOnConditionCheckFailure refusedRow() {
        return policies.rejects() ? ReturnValuesOnConditionCheckFailure.ALL_OLD : regressions.wanted();
    }

    /** If the refusal did not return the row, its owner is unknown, and the attempt failed like any other. */
    private static Throwable collision(Map<String, AttributeValue> row, Throwable thrown) {
        return row.isEmpty() ? thrown : new CollisionException(StampAttribute.ownerOf(row));
    }

    private CompletableFuture<Outcome> delete(VersionStamp stamp, Item key) {
        if (policies.tombstones().isPresent()) {
            return outcome(
                    put(
                            tombstone(stamp, key, policies.tombstones().get()),
                            Guard.tombstone(stamp, key),
                            regressions.wanted()),
                    refused -> CompletableFuture.completedFuture(regressions.judge(refused.item(), stamp)));
        }
        Guard guard = Guard.delete(stamp);
        return outcome(
                client.deleteItem(request -> request.tableName(name)
                        .key(key.attributes())
                        .conditionExpression(guard.condition())
                        .expressionAttributeNames(guard.names())
                        .expressionAttributeValues(guard.values())
                        .returnValuesOnConditionCheckFailure(regressions.wanted())),
                refused -> CompletableFuture.completedFuture(regressions.judge(refused.item(), stamp)));
    }

    /** A few at the same time, so that a write of many keys leaves connections for others. */
    private CompletableFuture<Outcome> deleteAll(VersionStamp stamp, List<Item> keys, BooleanSupplier permitted) {
        CompletableFuture<Outcome> done = deleteSome(stamp, keys.subList(0, Math.min(DELETES_AT_ONCE, keys.size())));
        for (int i = DELETES_AT_ONCE; i < keys.size(); i += DELETES_AT_ONCE) {
            List<Item> next = keys.subList(i, Math.min(i + DELETES_AT_ONCE, keys.size()));
            done = done.thenCompose(before -> ifPermitted(permitted, () -> deleteSome(stamp, next))
                    .thenApply(outcome -> either(before, outcome)));
        }
        return done;
    }

    private CompletableFuture<Outcome> deleteSome(VersionStamp stamp, List<Item> keys) {
        return keys.stream()
                .map(key -> delete(stamp, key))
                .reduce(TargetTable::both)
                .orElseGet(() -> CompletableFuture.completedFuture(Outcome.SUPERSEDED));
    }

    /** If both fail, fails with the failure whose write may still take effect, if one of them may. */
    private static CompletableFuture<Outcome> both(CompletableFuture<Outcome> a, CompletableFuture<Outcome> b) {
        return a.thenCombine(b, TargetTable::either)
                .exceptionallyCompose(thrown -> WriteFailure.of(thrown).openEnded() || !b.isCompletedExceptionally()
                        ? CompletableFuture.failedFuture(thrown)
                        : b);
    }

    private CompletableFuture<Outcome> move(VersionStamp stamp, List<Item> from, Row to, BooleanSupplier permitted) {
        List<TransactWriteItem> actions = Stream.concat(
                        from.stream().map(key -> transactDelete(stamp, key)), Stream.of(transactPut(stamp, to)))
                .toList();
        return client.transactWriteItems(request -> request.transactItems(actions))
                .thenApply(response -> Outcome.APPLIED)
                .exceptionallyCompose(thrown -> afterCancellation(stamp, from, to, thrown, permitted));
    }

    private CompletableFuture<Outcome> afterCancellation(
            VersionStamp stamp, List<Item> from, Row to, Throwable thrown, BooleanSupplier permitted) {
        Optional<CancelledMove> cancelled = CancelledMove.of(thrown, stamp, from, to, policies, regressions);
        if (cancelled.isEmpty()) {
            return CompletableFuture.failedFuture(thrown);
        }
        CancelledMove left = cancelled.get();
        if (left.collision().isPresent()) {
            return CompletableFuture.failedFuture(collision(left.collision().get(), thrown));
        }
        CompletableFuture<Outcome> rest = goOn(stamp, left.vacated(), left.arriving(), permitted);
        return left.regressed() ? rest.thenApply(outcome -> Outcome.REGRESSED) : rest;
    }

    private TransactWriteItem transactDelete(VersionStamp stamp, Item key) {
        if (policies.tombstones().isPresent()) {
            return transactPut(
                    tombstone(stamp, key, policies.tombstones().get()),
                    Guard.tombstone(stamp, key),
                    ReturnValuesOnConditionCheckFailure.ALL_OLD);
        }
        Guard guard = Guard.delete(stamp);
        return TransactWriteItem.builder()
                .delete(delete -> delete.tableName(name)
                        .key(key.attributes())
                        .conditionExpression(guard.condition())
                        .expressionAttributeNames(guard.names())
                        .expressionAttributeValues(guard.values())
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD))
                .build();
    }

    private TransactWriteItem transactPut(VersionStamp stamp, Row row) {
        return transactPut(stamped(stamp, row), Guard.put(stamp, policies.collisions()), refusedRow());
    }

    private TransactWriteItem transactPut(
            Map<String, AttributeValue> item, Guard guard, ReturnValuesOnConditionCheckFailure refused) {
        return TransactWriteItem.builder()
                .put(put -> put.tableName(name)
                        .item(item)
                        .conditionExpression(guard.condition())
                        .expressionAttributeNames(guard.names())
                        .expressionAttributeValues(guard.values())
                        .returnValuesOnConditionCheckFailure(refused))
                .build();
    }

    /** Expiry counts from the change, not from the write, so replays write the same tombstone. */
    private static Map<String, AttributeValue> tombstone(VersionStamp stamp, Item key, Tombstones tombstones) {
        Map<String, AttributeValue> item = new HashMap<>(key.attributes());
        long expires = stamp.createdAt().plus(tombstones.life()).getEpochSecond();
        item.put(VersionStamp.EXPIRES, AttributeValue.fromN(Long.toString(expires)));
        item.put(tombstones.ttlAttribute(), AttributeValue.fromN(Long.toString(expires)));
        item.put(VersionStamp.ATTRIBUTE, StampAttribute.of(stamp, Set.copyOf(item.keySet())));
        return item;
    }

    private static Map<String, AttributeValue> stamped(VersionStamp stamp, Row row) {
        Map<String, AttributeValue> item = new HashMap<>(row.item().attributes());
        item.put(
                VersionStamp.ATTRIBUTE,
                StampAttribute.of(stamp, row.item().attributes().keySet()));
        return item;
    }

    private static CompletableFuture<Outcome> outcome(
            CompletableFuture<? extends SdkResponse> call,
            Function<ConditionalCheckFailedException, CompletableFuture<Outcome>> whenRefused) {
        return call.thenApply(response -> Outcome.APPLIED)
                .exceptionallyCompose(
                        thrown -> Failures.unwrap(thrown) instanceof ConditionalCheckFailedException refused
                                ? whenRefused.apply(refused)
                                : CompletableFuture.failedFuture(thrown));
    }

    private static Outcome either(Outcome a, Outcome b) {
        if (a == Outcome.REGRESSED || b == Outcome.REGRESSED) {
            return Outcome.REGRESSED;
        }
        return a == Outcome.APPLIED ? a : b;
    }
}
