package dev.tributary.idempotency;

import dev.tributary.model.Failures;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * A held lock of a request. Every change of the record is conditional on the token of this lock, so a holder whose
 * time is over cannot change the record of a later holder.
 *
 * <p>Failed futures carry what the SDK threw; the call may be repeated. Safe for any thread.
 */
public final class HeldLock {

    private static final String OURS = "#token = :token AND #status = :inprogress";

    private final IdempotencyLock lock;
    private final String token;

    /** By the monotonic clock; guarded by this. */
    private long renewedAt;

    /** Guarded by this. */
    private boolean over;

    HeldLock(IdempotencyLock lock, String token, long sentAt) {
        this.lock = lock;
        this.token = token;
        this.renewedAt = sentAt;
    }

    /**
     * Whether a write that starts now ends while the lock is held, by the monotonic clock, counted from before the
     * last renewal was sent.
     *
     * @param longest the longest time that the write may take
     */
    public synchronized boolean holds(Duration longest) {
        return !over
                && lock.timing().nanoTime().getAsLong() - renewedAt
                        < lock.timing().hold().minus(longest).toNanos();
    }

    /**
     * Extends the lock by its full duration. To be called when a third of it has passed.
     *
     * @return whether the lock was still held; if false, it is lost for good
     */
    public CompletableFuture<Boolean> renew() {
        long sent = lock.timing().nanoTime().getAsLong();
        Instant now = lock.timing().clock().instant();
        Map<String, AttributeValue> values = new HashMap<>(lock.times(now));
        values.put(":inprogress", RequestRow.INPROGRESS);
        // A call that is late must neither lock it again nor shorten it.
        values.put(":released", RequestRow.RELEASED);
        return update(
                        "SET #until = :until, #expiration = :expiration",
                        OURS + " AND #until > :released AND #until <= :until",
                        Map.of(
                                "#token", RequestRow.LOCK_TOKEN,
                                "#status", RequestRow.STATUS,
                                "#until", RequestRow.IN_PROGRESS_EXPIRATION,
                                "#expiration", RequestRow.EXPIRATION),
                        values)
                .thenApply(ours -> renewed(ours, sent));
    }

    private synchronized boolean renewed(boolean ours, long sent) {
        over |= !ours;
        if (sent - renewedAt > 0) {
            renewedAt = sent;
        }
        return !over;
    }

    /**
     * Stores the answer for repetitions of the request. Succeeds also after the time is over, unless another holder
     * has acquired the lock: the writes have taken effect. May be repeated if the result of a call is unknown.
     *
     * @param fingerprint of the request
     * @return whether the lock was still ours; if false, nothing was stored, and another holder carries the request
     *     out or has done so
     */
    public CompletableFuture<Boolean> complete(SavedReply answer, String fingerprint) {
        Instant now = lock.timing().clock().instant();
        return update(
                        "SET #status = :completed, #expiration = :expiration, #data = :data, #validation = :validation"
                                + " REMOVE #until, #partial, #seed, #begun",
                        "#token = :token",
                        Map.of(
                                "#token", RequestRow.LOCK_TOKEN,
                                "#status", RequestRow.STATUS,
                                "#until", RequestRow.IN_PROGRESS_EXPIRATION,
                                "#expiration", RequestRow.EXPIRATION,
                                "#data", RequestRow.DATA,
                                "#partial", RequestRow.PARTIAL,
                                "#seed", RequestRow.SEED,
                                "#begun", RequestRow.BEGUN,
                                "#validation", RequestRow.VALIDATION),
                        Map.of(
                                ":completed", RequestRow.COMPLETED,
                                ":expiration", lock.expiration(now),
                                ":data", AttributeValue.fromS(answer.json()),
                                ":validation", AttributeValue.fromS(fingerprint)))
                .thenApply(this::ended);
    }

    /**
     * Releases the lock and stores the part that was carried out, from which a repetition continues.
     *
     * @return whether the lock was still held; if false, nothing was stored
     */
    public CompletableFuture<Boolean> suspend(PartialReply partial) {
        Instant now = lock.timing().clock().instant();
        return update(
                        "SET #until = :until, #expiration = :expiration, #partial = :partial",
                        OURS,
                        Map.of(
                                "#token", RequestRow.LOCK_TOKEN,
                                "#status", RequestRow.STATUS,
                                "#until", RequestRow.IN_PROGRESS_EXPIRATION,
                                "#expiration", RequestRow.EXPIRATION,
                                "#partial", RequestRow.PARTIAL),
                        Map.of(
                                ":inprogress",
                                RequestRow.INPROGRESS,
                                ":until",
                                RequestRow.RELEASED,
                                ":expiration",
                                lock.expiration(now),
                                ":partial",
                                AttributeValue.fromS(partial.json())))
                .thenApply(this::ended);
    }

    /**
     * Releases the lock and leaves the key unused, for a request that had no effect.
     *
     * @return whether the lock was still held and the request not completed
     */
    public CompletableFuture<Boolean> release() {
        return lock.client()
                .deleteItem(request -> request.tableName(lock.table())
                        .key(RequestRow.key(lock.id()))
                        .conditionExpression(OURS)
                        .expressionAttributeNames(Map.of("#token", RequestRow.LOCK_TOKEN, "#status", RequestRow.STATUS))
                        .expressionAttributeValues(
                                Map.of(":token", AttributeValue.fromS(token), ":inprogress", RequestRow.INPROGRESS))
                        .overrideConfiguration(call -> call.apiCallTimeout(lock.timeout())))
                .thenApply(done -> true)
                .exceptionallyCompose(HeldLock::whereLost)
                .thenApply(this::ended);
    }

    private synchronized boolean ended(boolean ours) {
        over = true;
        return ours;
    }

    private CompletableFuture<Boolean> update(
            String expression, String condition, Map<String, String> names, Map<String, AttributeValue> values) {
        Map<String, AttributeValue> all = new HashMap<>(values);
        all.put(":token", AttributeValue.fromS(token));
        return lock.client()
                .updateItem(request -> request.tableName(lock.table())
                        .key(RequestRow.key(lock.id()))
                        .updateExpression(expression)
                        .conditionExpression(condition)
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(all)
                        .overrideConfiguration(call -> call.apiCallTimeout(lock.timeout())))
                .thenApply(done -> true)
                .exceptionallyCompose(HeldLock::whereLost);
    }

    private static CompletableFuture<Boolean> whereLost(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        return failure instanceof ConditionalCheckFailedException
                ? CompletableFuture.completedFuture(false)
                : CompletableFuture.failedFuture(thrown);
    }
}
