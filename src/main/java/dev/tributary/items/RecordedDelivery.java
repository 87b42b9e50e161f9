package dev.tributary.items;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.idempotency.AcquireResult.Found;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.idempotency.RecordId;
import dev.tributary.idempotency.SavedReply;
import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Sends a write in one transaction with the record of its request, so that either both are stored or neither.
 *
 * <p>The record is not read first: most keys are new, and for a used key the cancelled transaction returns the
 * record. The record takes precedence over the state of the item, which may have been changed by this very request.
 * For the same reason the record is read before a request ends without a write.
 *
 * <p>The client gives each transaction a token by which DynamoDB recognises the client's retries of one call. So a
 * request whose first attempt succeeded without a response is answered as carried out, and not as repeated.
 */
final class RecordedDelivery implements Delivery {

    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final DynamoDbAsyncClient client;
    private final IdempotencyTable records;
    private final String table;
    private final RecordId id;
    private final String fingerprint;
    private final Duration expires;
    private final Function<WriteResult, SavedReply> answer;

    RecordedDelivery(
            DynamoDbAsyncClient client,
            IdempotencyTable records,
            String table,
            RecordId id,
            String fingerprint,
            Duration expires,
            Function<WriteResult, SavedReply> answer) {
        this.client = client;
        this.records = records;
        this.table = table;
        this.id = id;
        this.fingerprint = fingerprint;
        this.expires = expires;
        this.answer = answer;
    }

    @Override
    public CompletableFuture<Outcome> deliver(ItemWrite write, WriteResult result, Duration timeout) {
        return attempt(write, result, System.nanoTime() + timeout.toNanos(), FIRST_PAUSE)
                .exceptionally(thrown -> new Outcome.Ended(unavailable(thrown)));
    }

    private CompletableFuture<Outcome> attempt(ItemWrite write, WriteResult result, long deadline, Duration pause) {
        TransactWriteItemsRequest request = TransactWriteItemsRequest.builder()
                .transactItems(records.completed(id, fingerprint, answer.apply(result), expires), write.transactItem())
                .overrideConfiguration(call -> call.apiCallTimeout(left(deadline)))
                .build();
        return client.transactWriteItems(request)
                .<Outcome>thenApply(done -> new Outcome.Done())
                .exceptionallyCompose(thrown -> {
                    if (!(Failures.unwrap(thrown) instanceof TransactionCanceledException cancelled)
                            || cancelled.cancellationReasons().size() != 2) {
                        return CompletableFuture.failedFuture(thrown);
                    }
                    CancellationReason ofRecord =
                            cancelled.cancellationReasons().get(0);
                    CancellationReason ofItem = cancelled.cancellationReasons().get(1);
                    if (CONDITION_FAILED.equals(ofRecord.code())) {
                        return CompletableFuture.completedFuture(
                                new Outcome.Ended(meaning(records.found(ofRecord.item()))));
                    }
                    if (isPassing(ofRecord) || isPassing(ofItem)) {
                        return later(ofRecord, thrown, write, result, deadline, pause);
                    }
                    return CONDITION_FAILED.equals(ofItem.code())
                            ? CompletableFuture.completedFuture(new Outcome.ConditionFailed(
                                    ofItem.hasItem() ? Optional.of(ofItem.item()) : Optional.empty()))
                            : CompletableFuture.failedFuture(thrown);
                });
    }

    /** Whether a concurrent transaction or missing capacity cancelled the transaction. Nothing was written. */
    private static boolean isPassing(CancellationReason reason) {
        return List.of(TableFailures.CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded")
                .contains(reason.code());
    }

    private CompletableFuture<Outcome> later(
            CancellationReason ofRecord,
            Throwable thrown,
            ItemWrite write,
            WriteResult result,
            long deadline,
            Duration pause) {
        long millis = ThreadLocalRandom.current().nextLong(pause.toMillis() + 1);
        boolean sameKey = TableFailures.CONFLICT.equals(ofRecord.code());
        if (deadline - System.nanoTime() <= TimeUnit.MILLISECONDS.toNanos(millis)) {
            return sameKey
                    ? CompletableFuture.completedFuture(
                            new Outcome.Ended(Idempotency.inProgress(TableFailures.RETRY_AFTER)))
                    : CompletableFuture.failedFuture(thrown);
        }
        Duration doubled = pause.multipliedBy(2);
        Duration next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        return CompletableFuture.supplyAsync(
                        () -> sameKey
                                ? records.read(id, left(deadline)) // half the cost of a transaction that finds it
                                : CompletableFuture.completedFuture(Optional.<Found>empty()),
                        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS))
                .thenCompose(Function.identity())
                .thenCompose(found -> found.<CompletableFuture<Outcome>>map(
                                known -> CompletableFuture.completedFuture(new Outcome.Ended(meaning(known))))
                        .orElseGet(() -> attempt(write, result, deadline, next)));
    }

    @Override
    public CompletableFuture<WriteResult> end(WriteResult result, Duration timeout) {
        return records.read(id, timeout)
                .thenApply(found -> found.map(this::meaning).orElse(result))
                .exceptionally(this::unavailable);
    }

    private WriteResult meaning(Found found) {
        return Idempotency.meaning(found, fingerprint);
    }

    /** The error of a transaction does not name the table that cannot be used. */
    private WriteResult unavailable(Throwable thrown) {
        WriteFailure failure = WriteFailure.of(thrown);
        if (failure.kind() != WriteFailure.Kind.CONFIGURATION) {
            throw new CompletionException(Failures.unwrap(thrown));
        }
        return new WriteResult.Refused(TableFailures.unavailable(
                "Table %s cannot be used, or table %s, where requests with a key are recorded. %s"
                        .formatted(table, records.name(), failure.message())));
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadline - System.nanoTime()));
    }
}
