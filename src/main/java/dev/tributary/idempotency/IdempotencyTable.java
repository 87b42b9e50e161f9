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

/** The table with the records of requests that carry a key, in one place. Safe for any thread. */
public final class IdempotencyTable {

    /** The key that the table has. */
    public static final KeySchema KEY =
            new KeySchema(new KeyAttribute(RequestRow.ID, AttributeType.S), Optional.empty());

    /** The attribute by which DynamoDB removes what has expired. */
    public static final String TTL_ATTRIBUTE = RequestRow.EXPIRATION;

    private final DynamoDbAsyncClient client;
    private final String name;
    private final Clock clock;

    /**
     * Of this name; it need not exist yet.
     *
     * @param client for the place of the table; remains the caller's to close
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
     * Keeps the answer of a request, as a part of the transaction that carries it out. Its condition is that there is no
     * live record; where it fails, the cancellation tells the record.
     *
     * @param expires how long the request is known; at least 1 second
     */
    public TransactWriteItem completed(RecordId id, String fingerprint, SavedAnswer answer, Duration expires) {
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

    /** A record that was in the way. */
    public Found found(Map<String, AttributeValue> row) {
        return RequestRow.decode(row, clock.instant());
    }

    /**
     * The live record of a request, if there is one; read consistently.
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
     * @param hold how long a holding lives that is not renewed; at least 1 second
     * @param expires how long the completed request is known; at least {@code hold}
     * @param nanoTime a monotonic clock
     * @param timeout for one call, the client's own retries included
     */
    public IdempotencyLock lock(RecordId id, Duration hold, Duration expires, LongSupplier nanoTime, Duration timeout) {
        return new IdempotencyLock(
                client, name, timeout, id, new IdempotencyLock.Timing(hold, expires, clock, nanoTime));
    }
}
