package dev.tributary.deadletter;

import dev.tributary.dynamo.Calls;
import dev.tributary.model.Failures;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Lets one job of a kind at a time work on a route.
 *
 * <p>Two jobs that redrive would apply the same changes: the later one might write a row again that the daemon has since removed,
 * and a removed row has no version stamp to compare with. The lock is a row in the table of dead letters. Its token
 * changes with each renewal. A process that finds the lock held waits until it has seen the same token for the
 * duration of a lock, by its own clock: no two clocks are compared. A holder counts from before it sent its last
 * renewal, and starts no write that might end after the duration.
 *
 * <p>Safe for any thread.
 */
public final class JobLock {

    /** Partition of the locks; partitions of routes have a dot in their names. */
    static final String PARTITION = "lock";

    private static final String TOKEN = "token";
    private static final String HOLDER = "holder";

    private final DeadLetterRows rows;
    private final String route;
    private final Timing timing;
    private final String holder;

    /** Guarded by this, as are the fields below. */
    private @Nullable String token;

    private long renewedAt;
    private @Nullable CompletableFuture<Void> renewal;

    /**
     * Durations, clock and timer.
     *
     * @param duration duration of the lock without renewal
     * @param longestWrite longest time of a write that starts while the lock is held
     * @param nanoTime a monotonic clock
     * @param timer renews, and waits for a lock that another process holds
     */
    public record Timing(
            Duration duration, Duration longestWrite, LongSupplier nanoTime, ScheduledExecutorService timer) {}

    /** Another process holds the lock. */
    public static final class LockedException extends RuntimeException {
        LockedException(String route, String holder) {
            super("another job (" + holder + ") has the lock of " + route
                    + "; wait until it has ended, and run this again");
        }
    }

    JobLock(DeadLetterRows rows, String route, Timing timing, String holder) {
        this.rows = rows;
        this.route = route;
        this.timing = timing;
        this.holder = holder;
    }

    /** This process as a holder, for messages of others. */
    public static String thisProcess() {
        long process = ProcessHandle.current().pid();
        try {
            return "process " + process + " on " + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "process " + process;
        }
    }

    /**
     * Acquires the lock. If it is held, waits for one duration, in which a live holder renews it.
     *
     * @param waiting receives the name of the holder before the wait
     * @return fails with {@link LockedException} if another process holds the lock
     */
    public CompletableFuture<Void> take(Consumer<String> waiting) {
        return put(Optional.empty()).thenCompose(found -> found.map(row -> {
                    waiting.accept(text(row, HOLDER));
                    return afterWaiting(row);
                })
                .orElseGet(() -> CompletableFuture.completedFuture(null)));
    }

    /**
     * Runs work while this process holds the lock, which is renewed meanwhile, and released however the work ends.
     *
     * @param waiting receives the name of another holder, which is then waited for
     * @return fails with {@link LockedException} if another process holds the lock
     */
    public <T> CompletableFuture<T> during(Consumer<String> waiting, Supplier<CompletableFuture<T>> work) {
        return take(waiting)
                .thenCompose(taken -> {
                    CompletableFuture<T> running = work.get();
                    renewDuring(running);
                    return running;
                })
                .handle((done, thrown) -> release()
                        .thenCompose(released -> thrown == null
                                ? CompletableFuture.completedFuture(done)
                                : CompletableFuture.<T>failedFuture(thrown)))
                .thenCompose(Function.identity());
    }

    /** For work that does not write for long. A renewal that fails is left to the next {@link #ensure}. */
    private void renewDuring(CompletableFuture<?> work) {
        timing.timer()
                .schedule(
                        () -> {
                            if (!work.isDone()) {
                                ensure().whenComplete((renewed, thrown) -> renewDuring(work));
                            }
                        },
                        timing.duration().dividedBy(3).toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<Void> afterWaiting(Map<String, AttributeValue> found) {
        CompletableFuture<Void> waited = new CompletableFuture<>();
        timing.timer().schedule(() -> waited.complete(null), timing.duration().toMillis(), TimeUnit.MILLISECONDS);
        return waited.thenCompose(now -> put(Optional.of(text(found, TOKEN))))
                .thenCompose(other -> other.map(this::locked).orElseGet(() -> CompletableFuture.completedFuture(null)));
    }

    private CompletableFuture<Void> locked(Map<String, AttributeValue> row) {
        return CompletableFuture.failedFuture(new LockedException(route, text(row, HOLDER)));
    }

    /** Whether a write that starts now ends while the lock is held. */
    public synchronized boolean holds() {
        return token != null
                && age() < timing.duration().minus(timing.longestWrite()).toNanos();
    }

    /**
     * Renews the lock if a third of its duration has passed.
     *
     * @return fails with {@link LockedException} if it was lost
     */
    public synchronized CompletableFuture<Void> ensure() {
        if (renewal != null) {
            return renewal;
        }
        String mine = token;
        if (mine == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("the lock was not taken"));
        }
        if (age() < timing.duration().dividedBy(3).toNanos()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> renewing = put(Optional.of(mine))
                .thenCompose(other -> other.map(this::locked).orElseGet(() -> CompletableFuture.completedFuture(null)));
        if (!renewing.isDone()) {
            renewal = renewing;
            renewing.whenComplete((done, thrown) -> renewed());
        }
        return renewing;
    }

    private synchronized void renewed() {
        renewal = null;
    }

    /** Releases the lock if it is still held. */
    public CompletableFuture<Void> release() {
        String mine;
        synchronized (this) {
            mine = token;
            token = null;
        }
        if (mine == null) {
            return CompletableFuture.completedFuture(null);
        }
        return Calls.applied(rows.client().deleteItem(request -> request.tableName(rows.table())
                        .key(DeadLetterRow.key(PARTITION, route))
                        .conditionExpression("#token = :token")
                        .expressionAttributeNames(Map.of("#token", TOKEN))
                        .expressionAttributeValues(Map.of(":token", AttributeValue.fromS(mine)))
                        .overrideConfiguration(call -> call.apiCallTimeout(rows.timeout()))))
                .thenAccept(applied -> {});
    }

    /**
     * Writes the row of the lock if it is absent.
     *
     * @param expected also if the row has this token
     * @return completes with the row of another holder; empty if the lock is held now
     */
    private CompletableFuture<Optional<Map<String, AttributeValue>>> put(Optional<String> expected) {
        String next = UUID.randomUUID().toString();
        long sent = timing.nanoTime().getAsLong();
        PutItemRequest.Builder request = PutItemRequest.builder()
                .tableName(rows.table())
                .item(Map.of(
                        DeadLetterRow.PARTITION,
                        AttributeValue.fromS(PARTITION),
                        DeadLetterRow.POSITION,
                        AttributeValue.fromS(route),
                        TOKEN,
                        AttributeValue.fromS(next),
                        HOLDER,
                        AttributeValue.fromS(holder)))
                .conditionExpression("attribute_not_exists(#token)")
                .expressionAttributeNames(Map.of("#token", TOKEN))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .overrideConfiguration(call -> call.apiCallTimeout(rows.timeout()));
        expected.ifPresent(seen -> request.conditionExpression("attribute_not_exists(#token) OR #token = :token")
                .expressionAttributeValues(Map.of(":token", AttributeValue.fromS(seen))));
        return rows.client()
                .putItem(request.build())
                .thenApply(done -> {
                    held(next, sent);
                    return Optional.<Map<String, AttributeValue>>empty();
                })
                .exceptionallyCompose(thrown -> {
                    if (!(Failures.unwrap(thrown) instanceof ConditionalCheckFailedException refused)) {
                        return CompletableFuture.failedFuture(thrown);
                    }
                    if (next.equals(text(refused.item(), TOKEN))) {
                        held(next, sent); // an earlier attempt succeeded, and its response was lost
                        return CompletableFuture.completedFuture(Optional.empty());
                    }
                    return CompletableFuture.completedFuture(Optional.of(refused.item()));
                });
    }

    private synchronized void held(String next, long sent) {
        token = next;
        renewedAt = sent;
    }

    private long age() {
        return timing.nanoTime().getAsLong() - renewedAt;
    }

    private static String text(Map<String, AttributeValue> row, String attribute) {
        AttributeValue value = row.get(attribute);
        return value == null ? "unknown" : value.s();
    }
}
