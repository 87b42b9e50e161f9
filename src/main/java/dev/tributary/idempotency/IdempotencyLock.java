package dev.tributary.idempotency;

import dev.tributary.idempotency.AcquireResult.Acquired;
import dev.tributary.model.Failures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Lets one holder at a time carry out a request that is too large for a transaction with its record.
 *
 * <p>The record goes from absent to in progress, and from there to completed, absent, or expired. The holder puts a
 * random token into it, on which each later change is conditional. Expiry is judged by the wall clock of the process
 * that tries to acquire the lock, so the clocks of all processes must agree to well within the duration of the lock.
 * A holder stops writing before its time is over ({@link HeldLock#holds}), by its own monotonic clock.
 *
 * <p>Such a request is not atomic: if the holder dies, its writes stay, and the next holder repeats them. A holder
 * that lives and cannot carry out the whole request releases the lock with the part that it did, from which the next
 * holder continues.
 *
 * <p>Safe for any thread.
 */
public final class IdempotencyLock {

    private final DynamoDbAsyncClient client;
    private final String table;
    private final Duration timeout;
    private final RecordId id;
    private final Timing timing;

    /**
     * Durations and clocks.
     *
     * @param hold duration of the lock without renewal; at least 1 second
     * @param expires how long the record of a completed request is kept; at least {@code hold}
     * @param clock the wall clock
     * @param nanoTime a monotonic clock
     */
    public record Timing(Duration hold, Duration expires, Clock clock, LongSupplier nanoTime) {
        public Timing {
            if (hold.toSeconds() < 1 || expires.compareTo(hold) < 0) {
                throw new IllegalArgumentException(
                        "expected a second or more, and not more than %s; found %s".formatted(expires, hold));
            }
        }
    }

    /** @param timeout for one call, the client's own retries included */
    IdempotencyLock(DynamoDbAsyncClient client, String table, Duration timeout, RecordId id, Timing timing) {
        this.client = client;
        this.table = table;
        this.timeout = timeout;
        this.id = id;
        this.timing = timing;
    }

    /**
     * Tries to acquire the lock, which fails if the request has a live record.
     *
     * @return fails with what the SDK threw; the lock may then have been acquired, and expires after its duration
     */
    public CompletableFuture<AcquireResult> take() {
        String token = UUID.randomUUID().toString();
        long sent = timing.nanoTime().getAsLong();
        Instant now = timing.clock().instant();
        HeldLock held = new HeldLock(this, token, sent);
        RequestSeed seed = RequestSeed.random(now);
        return create(token, seed, now)
                .<AcquireResult>thenApply(done -> new Acquired(held, seed, Optional.empty()))
                .exceptionallyCompose(thrown -> found(thrown)
                        .map(row -> RequestRow.isReleased(row, now) && !isOf(token, row)
                                ? takeReleased(held, token, seed, now)
                                : CompletableFuture.completedFuture(
                                        isOf(token, row)
                                                ? new Acquired(held, seed, Optional.empty())
                                                : RequestRow.decode(row, now)))
                        .orElseGet(() -> CompletableFuture.failedFuture(thrown)));
    }

    /** Puts a row where there is none, or an expired one. */
    private CompletableFuture<?> create(String token, RequestSeed seed, Instant now) {
        Map<String, AttributeValue> times = times(now);
        Map<String, AttributeValue> row = new HashMap<>(RequestRow.key(id));
        row.put(RequestRow.STATUS, RequestRow.INPROGRESS);
        row.put(RequestRow.IN_PROGRESS_EXPIRATION, times.get(":until"));
        row.put(RequestRow.EXPIRATION, times.get(":expiration"));
        row.put(RequestRow.LOCK_TOKEN, AttributeValue.fromS(token));
        row.put(RequestRow.SEED, AttributeValue.fromS(seed.secret()));
        row.put(RequestRow.BEGUN, RequestRow.millis(seed.begun()));
        return client.putItem(request -> request.tableName(table)
                .item(row)
                .conditionExpression("attribute_not_exists(#id) OR #expiration < :now")
                .expressionAttributeNames(Map.of("#id", RequestRow.ID, "#expiration", RequestRow.EXPIRATION))
                .expressionAttributeValues(Map.of(":now", RequestRow.seconds(now)))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .overrideConfiguration(call -> call.apiCallTimeout(timeout)));
    }

    /**
     * The row keeps the part that was carried out: the reply to this call may be lost, and with it what it returned.
     *
     * @param seed for a row that has none
     */
    private CompletableFuture<AcquireResult> takeReleased(HeldLock held, String token, RequestSeed seed, Instant now) {
        Map<String, AttributeValue> values = new HashMap<>(times(now));
        values.putAll(RequestRow.seedValues(seed));
        values.put(":token", AttributeValue.fromS(token));
        values.put(":inprogress", RequestRow.INPROGRESS);
        values.put(":millis", RequestRow.millis(now));
        return client.updateItem(request -> request.tableName(table)
                        .key(RequestRow.key(id))
                        .updateExpression("SET #until = :until, #expiration = :expiration, #token = :token"
                                + ", #seed = if_not_exists(#seed, :seed), #begun = if_not_exists(#begun, :begun)")
                        .conditionExpression("#status = :inprogress AND #until < :millis")
                        .expressionAttributeNames(Map.of(
                                "#status", RequestRow.STATUS,
                                "#until", RequestRow.IN_PROGRESS_EXPIRATION,
                                "#expiration", RequestRow.EXPIRATION,
                                "#token", RequestRow.LOCK_TOKEN,
                                "#seed", RequestRow.SEED,
                                "#begun", RequestRow.BEGUN))
                        .expressionAttributeValues(values)
                        .returnValues(ReturnValue.ALL_NEW)
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(done -> continued(held, token, done.attributes(), now))
                .exceptionallyCompose(thrown -> found(thrown)
                        .map(row -> row.isEmpty()
                                ? take() // it was deleted in between
                                : CompletableFuture.completedFuture(continued(held, token, row, now)))
                        .orElseGet(() -> CompletableFuture.failedFuture(thrown)));
    }

    /** The row that a condition has found; empty if the call failed otherwise. */
    private static Optional<Map<String, AttributeValue>> found(Throwable thrown) {
        return Failures.unwrap(thrown) instanceof ConditionalCheckFailedException refused
                ? Optional.of(refused.item())
                : Optional.empty();
    }

    /** A refused row has our token if an earlier attempt of the client succeeded, and its response was lost. */
    private static boolean isOf(String token, Map<String, AttributeValue> row) {
        return AttributeValue.fromS(token).equals(row.get(RequestRow.LOCK_TOKEN));
    }

    private static AcquireResult continued(HeldLock held, String token, Map<String, AttributeValue> row, Instant now) {
        return isOf(token, row)
                ? new Acquired(
                        held,
                        RequestRow.seed(row),
                        Optional.of(RequestRow.partial(row).orElse(PartialReply.UNKNOWN)))
                : RequestRow.decode(row, now);
    }

    /** The expiry of a lock that starts now, as {@code :until} and {@code :expiration}. */
    Map<String, AttributeValue> times(Instant now) {
        return Map.of(
                ":until", RequestRow.millis(now.plus(timing.hold())),
                ":expiration", expiration(now));
    }

    AttributeValue expiration(Instant now) {
        return RequestRow.seconds(now.plus(timing.expires()));
    }

    DynamoDbAsyncClient client() {
        return client;
    }

    String table() {
        return table;
    }

    Duration timeout() {
        return timeout;
    }

    RecordId id() {
        return id;
    }

    Timing timing() {
        return timing;
    }
}
