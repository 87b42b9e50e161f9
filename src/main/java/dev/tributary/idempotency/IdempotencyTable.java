package dev.tributary.idempotency;

import dev.tributary.idempotency.AcquireResult.Found;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** The table of the records of requests with idempotency keys, in one account and region. Safe for any thread. */
public final class IdempotencyTable {

    /** The key of the table. */
    public static final KeySchema KEY =
            new KeySchema(new KeyAttribute(RequestRow.ID, AttributeType.S), Optional.empty());

    /** The TTL attribute of the table. */
    public static final String TTL_ATTRIBUTE = RequestRow.EXPIRATION;

    private final DynamoDbAsyncClient client;
    private final String name;
    private final Clock clock;

    /**
     * The table need not exist yet.
     *
     * @param client for the account and region of the table; remains the caller's to close
     */
    public IdempotencyTable(DynamoDbAsyncClient client, String name, Clock clock) {
        this.client = client;
        this.name = name;
        this.clock = clock;
    }

    public String name() {
        return name;
    }

    /**
     * Returns the write that stores the answer of a request, for the transaction that carries the request out. Its
     * condition is that the request has no live record; if it fails, the cancellation returns the record.
     *
     * @param expires how long the record is kept; at least 1 second
     */
    public TransactWriteItem completed(RecordId id, String fingerprint, SavedReply answer, Duration expires) {
        Instant now = clock.instant();
        return TransactWriteItem.builder()
                .put(put -> put.tableName(name)
                        .item(Map.of(
                                RequestRow.ID, AttributeValue.fromS(id.text()),
                                RequestRow.STATUS, RequestRow.COMPLETED,
                                RequestRow.EXPIRATION, RequestRow.seconds(now.plus(expires)),
                                RequestRow.DATA, AttributeValue.fromS(answer.json()),
                                RequestRow.VALIDATION, AttributeValue.fromS(fingerprint)))
                        .conditionExpression(RequestRow.FREE)
                        .expressionAttributeNames(RequestRow.FREE_NAMES)
                        .expressionAttributeValues(RequestRow.freeValues(now))
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD))
                .build();
    }

    /** Decodes a record that the condition of a transaction returned. */
    public Found found(Map<String, AttributeValue> row) {
        return RequestRow.decode(row, clock.instant());
    }

    /**
     * Reads the live record of a request, if it has one; strongly consistent.
     *
     * @param timeout with the client's own retries; more than 0
     */
    public CompletableFuture<Optional<Found>> read(RecordId id, Duration timeout) {
        return client.getItem(get -> get.tableName(name)
                        .key(RequestRow.key(id))
                        .consistentRead(true)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(answer -> {
                    Instant now = clock.instant();
                    return answer.hasItem() && !RequestRow.isOver(answer.item(), now)
                            ? Optional.of(RequestRow.decode(answer.item(), now))
                            : Optional.empty();
                });
    }

    /**
     * The lock of a request that is too large for one transaction.
     *
     * @param hold duration of the lock without renewal; at least 1 second
     * @param expires how long the record of the completed request is kept; at least {@code hold}
     * @param nanoTime a monotonic clock
     * @param timeout for one call, the client's own retries included
     */
    public IdempotencyLock lock(RecordId id, Duration hold, Duration expires, LongSupplier nanoTime, Duration timeout) {
        return new IdempotencyLock(
                client, name, timeout, id, new IdempotencyLock.Timing(hold, expires, clock, nanoTime));
    }
}
