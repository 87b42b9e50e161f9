package dev.tributary.stream.lease;

import dev.tributary.dynamo.Calls;
import dev.tributary.model.Failures;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.common.HashKeyRangeForLease;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Reads and writes the leases in a lease table without a scheduler.
 *
 * <p>Methods wait for DynamoDB, and throw what the SDK throws.
 */
public final class LeaseRows {

    private static final String KEY = "leaseKey";
    private static final String CHECKPOINT = "checkpoint";
    private static final String CHECKPOINT_WITHIN_RECORD = "checkpointSubSequenceNumber";

    static final String OWNER = "leaseOwner";

    /** Ours; KCL updates single attributes of a lease, and leaves others. In epoch milliseconds. */
    static final String DONE_UNTIL = "tributaryDoneUntil";

    private final DynamoDbAsyncClient client;
    private final String table;
    private final DynamoDBLeaseSerializer serializer = new DynamoDBLeaseSerializer();

    public LeaseRows(DynamoDbAsyncClient client, String table) {
        this.client = client;
        this.table = table;
    }

    /** All leases, read consistently. */
    public List<Lease> all() {
        List<Lease> leases = new ArrayList<>();
        Calls.join(client.scanPaginator(request -> request.tableName(table).consistentRead(true))
                .items()
                .subscribe(row -> {
                    @Nullable Lease lease = serializer.fromDynamoRecord(row);
                    if (lease != null) {
                        leases.add(lease);
                    }
                }));
        return leases;
    }

    /** Creates the lease of a shard that is to be read from its beginning, unless it exists. */
    public void create(Shard shard) {
        Lease lease = new Lease();
        lease.leaseKey(shard.shardId());
        lease.checkpoint(ExtendedSequenceNumber.TRIM_HORIZON);
        lease.ownerSwitchesSinceCheckpoint(0L);
        lease.parentShardIds(shard.parentShardId() == null ? List.of() : List.of(shard.parentShardId()));
        lease.hashKeyRange(HashKeyRangeForLease.deserialize(BigInteger.ZERO.toString(), BigInteger.ONE.toString()));
        try {
            Calls.join(client.putItem(request -> request.tableName(table)
                    .item(serializer.toDynamoRecord(lease))
                    .conditionExpression("attribute_not_exists(" + KEY + ")")));
        } catch (ConditionalCheckFailedException exists) {
            return;
        }
    }

    /**
     * Records the time up to which every change of the shard has ended on every route. Completes with false, and without
     * effect, if the worker does not own the lease, or if a later time is recorded.
     */
    public CompletableFuture<Boolean> doneUntil(String leaseKey, String worker, Instant until) {
        return client.updateItem(request -> request.tableName(table)
                        .key(Map.of(KEY, AttributeValue.fromS(leaseKey)))
                        .updateExpression("SET #until = :until")
                        .conditionExpression("#owner = :worker AND (attribute_not_exists(#until) OR #until < :until)")
                        .expressionAttributeNames(Map.of("#until", DONE_UNTIL, "#owner", OWNER))
                        .expressionAttributeValues(Map.of(
                                ":until", AttributeValue.fromN(Long.toString(until.toEpochMilli())),
                                ":worker", AttributeValue.fromS(worker))))
                .thenApply(updated -> true)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ConditionalCheckFailedException
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(thrown));
    }

    /** Marks the shard as read to its end. The owner of the lease keeps it, and reads no more. */
    public void end(String leaseKey) {
        Calls.join(client.updateItem(request -> request.tableName(table)
                .key(Map.of(KEY, AttributeValue.fromS(leaseKey)))
                .updateExpression("SET #checkpoint = :end, #within = :none")
                .conditionExpression("attribute_exists(" + KEY + ")")
                .expressionAttributeNames(Map.of("#checkpoint", CHECKPOINT, "#within", CHECKPOINT_WITHIN_RECORD))
                .expressionAttributeValues(Map.of(
                        ":end", AttributeValue.fromS(ExtendedSequenceNumber.SHARD_END.sequenceNumber()),
                        ":none", AttributeValue.fromN("0")))));
    }

    /** Whether the shard has been read to its end. */
    public static boolean ended(Lease lease) {
        return ExtendedSequenceNumber.SHARD_END.equals(lease.checkpoint());
    }
}
