package dev.tributary.table;

import dev.tributary.dynamo.CollisionException;
import dev.tributary.dynamo.ResponseCheck;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Failures;
import dev.tributary.model.Item;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.Policies.Tombstones;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
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
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Guarded writes to one target table.
 *
 * <p>Each call is one attempt and retries nothing: a failed future carries what the SDK threw, for {@link
 * WriteFailure#of}. Every write may be repeated at any time and in any state of the table without harm. Safe for any
 * thread.
 */
public final class TargetTable {

    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    /** Deletes in one transaction beside the put; DynamoDB takes 100 actions. */
    private static final int MOVE_LIMIT = 99;

    private static final int DELETES_AT_ONCE = 25;

    private final DynamoDbAsyncClient client;
    private final String name;
    private final Policies policies;
    private final Regressions regressions = new Regressions();

    /** A table whose route says nothing out of the ordinary. */
    public TargetTable(DynamoDbAsyncClient client, String name) {
        this(client, name, Policies.USUAL);
    }

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

    /** Whether a row that goes is deleted. */
    boolean deletes() {
        return policies.tombstones().isEmpty();
    }

    /**
     * Brings the write into the table where its guard allows. Where another item has the row and keeps it, nothing is
     * done, and the future fails with what {@link WriteFailure#of} says is this write's own fault.
     *
     * @param permitted asked before each call that follows another one, which a move may need; where it says no, the
     *     future fails with {@link CancellationException} and the write is done in part
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
        // The first keys are those where the row should be. It has moved when the others are looked after, where a run
        // that stopped half-way may have left one: the item is never without a row.
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
                refused -> policies.rejects() && !isOurs(refused.item(), stamp)
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

    /** What to return of a row that refuses a put: it may be large, so nothing where nobody looks at it. */
    private ReturnValuesOnConditionCheckFailure refusedRow() {
        return policies.rejects() ? ReturnValuesOnConditionCheckFailure.ALL_OLD : regressions.wanted();
    }

    /** A row that did not come with the refusal is nobody's for now, and the attempt has failed like any other. */
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

    /** A few at the same time, so that a write of many keys leaves connections to others. */
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

    /** Where both fail, with the failure of the one that may still be carried out, if there is one. */
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
                .thenApply(TargetTable::applied)
                .exceptionallyCompose(thrown -> afterCancellation(stamp, from, to, thrown, permitted));
    }

    /**
     * Does what is left of a move after DynamoDB cancelled it because a condition failed.
     *
     * <p>An old row that is gone, or now another item's, is out of it. An old row that is ours and not older says that
     * this move is itself out of date: its row must not come, but older rows go all the same, because the replay that
     * brought them may be the last to know of them; not so a tombstone of this very move, which was done in part. A new
     * key that refuses the row keeps what it has; where that is the row of another item and collisions are rejected,
     * nothing of the move is done.
     */
    private CompletableFuture<Outcome> afterCancellation(
            VersionStamp stamp, List<Item> from, Row to, Throwable thrown, BooleanSupplier permitted) {
        if (!(Failures.unwrap(thrown) instanceof TransactionCanceledException cancelled)
                || !cancelled.hasCancellationReasons()
                || !onlyConditionsFailed(cancelled.cancellationReasons())) {
            return CompletableFuture.failedFuture(thrown);
        }
        Iterator<CancellationReason> reasons = cancelled.cancellationReasons().iterator();
        Set<Item> vacated = new LinkedHashSet<>();
        boolean outOfDate = false;
        boolean regressed = false;
        for (Item key : from) {
            CancellationReason reason = reasons.next();
            if (!CONDITION_FAILED.equals(reason.code())) {
                vacated.add(key);
            } else if (isOurs(reason.item(), stamp) && !isDone(reason.item(), stamp)) {
                outOfDate = true;
                regressed |= regressions.judge(reason.item(), stamp) == Outcome.REGRESSED;
            }
        }
        CancellationReason arrival = reasons.next();
        boolean refused = CONDITION_FAILED.equals(arrival.code());
        if (refused && !outOfDate && policies.rejects() && !isOurs(arrival.item(), stamp)) {
            return CompletableFuture.failedFuture(collision(arrival.item(), thrown));
        }
        Optional<Row> arriving = outOfDate || refused ? Optional.empty() : Optional.of(to);
        CompletableFuture<Outcome> rest = goOn(stamp, vacated, arriving, permitted);
        return regressed ? rest.thenApply(outcome -> Outcome.REGRESSED) : rest;
    }

    private static boolean onlyConditionsFailed(List<CancellationReason> reasons) {
        return reasons.stream()
                        .allMatch(reason -> "None".equals(reason.code()) || CONDITION_FAILED.equals(reason.code()))
                && reasons.stream().anyMatch(reason -> CONDITION_FAILED.equals(reason.code()));
    }

    private static boolean isOurs(Map<String, AttributeValue> row, VersionStamp stamp) {
        return StampAttribute.owner(stamp).equals(StampAttribute.fields(row).get(StampAttribute.OWNER));
    }

    /** Whether a row of ours is the tombstone that the write itself leaves. */
    private static boolean isDone(Map<String, AttributeValue> row, VersionStamp stamp) {
        return row.containsKey(VersionStamp.EXPIRES)
                && StampAttribute.version(stamp)
                        .equals(StampAttribute.fields(row).get(StampAttribute.VERSION));
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

    /** Goes by itself, a time after the change was made, whenever it is written. */
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
        return call.thenApply(TargetTable::applied)
                .exceptionallyCompose(
                        thrown -> Failures.unwrap(thrown) instanceof ConditionalCheckFailedException refused
                                ? whenRefused.apply(refused)
                                : CompletableFuture.failedFuture(thrown));
    }

    private static Outcome applied(SdkResponse response) {
        ResponseCheck.byService(response);
        return Outcome.APPLIED;
    }

    private static Outcome either(Outcome a, Outcome b) {
        if (a == Outcome.REGRESSED || b == Outcome.REGRESSED) {
            return Outcome.REGRESSED;
        }
        return a == Outcome.APPLIED ? a : b;
    }
}
