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
 * A request that is the holder's to carry out, until its time is over. Every change of its record depends on the token of
 * this holding, so one whose time is over cannot touch the record of who carries the request out after it.
 *
 * <p>Failed futures carry what the SDK threw; the call may be made again. Safe for any thread.
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
     * Whether a write that starts now ends while the request is ours to carry out. Counted from before the last renewal
     * was sent, by a clock that nobody sets.
     *
     * @param longest how long the write may take
     */
    public synchronized boolean holds(Duration longest) {
        return !over
                && lock.timing().nanoTime().getAsLong() - renewedAt
                        < lock.timing().hold().minus(longest).toNanos();
    }

    /**
     * Begins the time anew. Before a third of it is over is early enough.
     *
     * @return whether the request still is ours; if not, it never is again
     */
    public CompletableFuture<Boolean> renew() {
        long sent = lock.timing().nanoTime().getAsLong();
        Instant now = lock.timing().clock().instant();
        Map<String, AttributeValue> values = new HashMap<>(lock.times(now));
        values.put(":inprogress", RequestRow.INPROGRESS);
        return update(
                        "SET #until = :until, #expiration = :expiration",
                        OURS,
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
     * Keeps the answer for whoever asks again. Also when the time is over, if nobody else has begun since: what was done
     * is done. May be called again where it is not known whether it got through.
     *
     * @param fingerprint of the request
     * @return whether the request still was ours; if not, nothing was kept, and somebody else is carrying it out or has
     */
    public CompletableFuture<Boolean> complete(SavedAnswer answer, String fingerprint) {
        Instant now = lock.timing().clock().instant();
        return update(
                        "SET #status = :completed, #expiration = :expiration, #data = :data, #validation = :validation"
                                + " REMOVE #until",
                        "#token = :token",
                        Map.of(
                                "#token", RequestRow.LOCK_TOKEN,
                                "#status", RequestRow.STATUS,
                                "#until", RequestRow.IN_PROGRESS_EXPIRATION,
                                "#expiration", RequestRow.EXPIRATION,
                                "#data", RequestRow.DATA,
                                "#validation", RequestRow.VALIDATION),
                        Map.of(
                                ":completed", RequestRow.COMPLETED,
                                ":expiration", lock.expiration(now),
                                ":data", AttributeValue.fromS(answer.json()),
                                ":validation", AttributeValue.fromS(fingerprint)))
                .thenApply(this::ended);
    }

    /**
     * Gives the key back with what was done of the request, for the same request to go on from there.
     *
     * @return whether the request still was ours; if not, nothing was kept
     */
    public CompletableFuture<Boolean> suspend(PartialAnswer partial) {
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
                                ":inprogress", RequestRow.INPROGRESS,
                                ":until", RequestRow.millis(now.minusMillis(1)),
                                ":expiration", lock.expiration(now),
                                ":partial", AttributeValue.fromS(partial.json())))
                .thenApply(this::ended);
    }

    /**
     * Gives the key back, unused: for a request that had no effect.
     *
     * @return whether the request still was ours and not completed
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
