package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.telemetry.LogFields;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.common.HashKeyRangeForLease;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Reads and writes the leases of one source without a scheduler. The keys of the leases and of their parents are shard ids
 * here, without the source.
 *
 * <p>Methods wait for DynamoDB, and throw what the SDK throws.
 */
public final class LeaseRows {

    private static final Logger log = LoggerFactory.getLogger(LeaseRows.class);

    static final String KEY = "leaseKey";

    /** KCL's; tells leases from its other rows. */
    static final String ENTITY_TYPE = "entityType";

    static final String CHECKPOINT = "checkpoint";
    private static final String CHECKPOINT_WITHIN_RECORD = "checkpointSubSequenceNumber";

    /** Of a lease's parents, with their source. */
    private static final String PARENTS = "parentShardId";

    static final String OWNER = "leaseOwner";

    /** KCL's; each assignment and renewal adds one. */
    static final String COUNTER = "leaseCounter";

    /** Ours; KCL updates single attributes of a lease, and leaves others. In epoch milliseconds. */
    static final String DONE_UNTIL = "tributaryDoneUntil";

    private final DynamoDbAsyncClient client;
    private final String table;
    private final String source;
    private final SharedLeaseTable shared;
    private final DynamoDBLeaseSerializer serializer = new DynamoDBLeaseSerializer();

    /**
     * @param shared the table, as other sources use it too
     */
    public LeaseRows(DynamoDbAsyncClient client, String table, String source, SharedLeaseTable shared) {
        this.client = client;
        this.table = table;
        this.source = source;
        this.shared = shared;
    }

    public LeaseRows(DynamoDbAsyncClient client, String table, String source) {
        this(client, table, source, new SharedLeaseTable(client, table, System::nanoTime));
    }

    /** All leases, read consistently. */
    public List<Lease> all() {
        return all(Duration.ZERO);
    }

    /** All leases as they were at most this long ago. */
    public List<Lease> all(Duration atMost) {
        return shared.rows(atMost).stream()
                .map(row -> lease(serializer, source, row))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The lease in a row; empty if the row is none of the source's leases. */
    static Optional<Lease> lease(DynamoDBLeaseSerializer serializer, String source, Map<String, AttributeValue> row) {
        String key = requireNonNull(row.get(KEY)).s();
        if (!LeaseKey.of(source).test(key)) {
            return Optional.empty();
        }
        Map<String, AttributeValue> bare = new HashMap<>(row);
        bare.put(KEY, AttributeValue.fromS(shardId(key)));
        bare.computeIfPresent(
                PARENTS,
                (name, parents) -> AttributeValue.fromSs(
                        parents.ss().stream().map(LeaseRows::shardId).toList()));
        return Optional.ofNullable(serializer.fromDynamoRecord(bare));
    }

    /** The recorded times up to which shards were done, by shard id, as they were at most this long ago. */
    public Map<String, Instant> doneUntil(Duration atMost) {
        Map<String, Instant> times = new HashMap<>();
        for (Map<String, AttributeValue> row : shared.rows(atMost)) {
            String key = requireNonNull(row.get(KEY)).s();
            if (LeaseKey.of(source).test(key)) {
                doneUntil(row).ifPresent(until -> times.put(shardId(key), until));
            }
        }
        return times;
    }

    /** The time up to which the shard of a row was done; empty if it is not recorded. */
    static Optional<Instant> doneUntil(Map<String, AttributeValue> row) {
        return Optional.ofNullable(row.get(DONE_UNTIL)).map(until -> Instant.ofEpochMilli(Long.parseLong(until.n())));
    }

    private static String shardId(String key) {
        return LeaseKey.parse(key).map(LeaseKey::id).orElse(key);
    }

    /**
     * Creates the leases of shards that are to be read from their beginnings, unless they exist: those of parents before those
     * of their children. A shard without a lease whose children have leases counts as read to its end.
     *
     * @param owner the worker that owns them; null if KCL's leader is to assign them
     */
    public void create(List<Shard> shards, @Nullable String owner) {
        Map<String, Shard> left = shards.stream().collect(Collectors.toMap(Shard::shardId, shard -> shard));
        for (List<Shard> next = first(left); !next.isEmpty(); next = first(left)) {
            createTogether(next, owner);
            next.forEach(shard -> left.remove(shard.shardId()));
        }
    }

    /** The shards whose parents are not among them. */
    private static List<Shard> first(Map<String, Shard> shards) {
        return shards.values().stream()
                .filter(shard -> !shards.containsKey(shard.parentShardId()))
                .toList();
    }

    private void createTogether(List<Shard> shards, @Nullable String owner) {
        List<CompletableFuture<Optional<Map<String, AttributeValue>>>> created =
                shards.stream().map(shard -> create(newRow(shard, owner))).toList();
        Calls.join(CompletableFuture.allOf(created.toArray(CompletableFuture[]::new)));
        shared.created(created.stream().flatMap(row -> row.join().stream()).toList());
    }

    private Map<String, AttributeValue> newRow(Shard shard, @Nullable String owner) {
        Lease lease = new Lease();
        lease.leaseKey(key(shard.shardId()));
        lease.leaseOwner(owner);
        lease.checkpoint(ExtendedSequenceNumber.TRIM_HORIZON);
        lease.ownerSwitchesSinceCheckpoint(0L);
        lease.parentShardIds(shard.parentShardId() == null ? List.of() : List.of(key(shard.parentShardId())));
        lease.hashKeyRange(HashKeyRangeForLease.deserialize(BigInteger.ZERO.toString(), BigInteger.ONE.toString()));
        return serializer.toDynamoRecord(lease);
    }

    /** Completes with the row; empty if the lease exists. */
    private CompletableFuture<Optional<Map<String, AttributeValue>>> create(Map<String, AttributeValue> row) {
        return Calls.applied(client.putItem(request ->
                        request.tableName(table).item(row).conditionExpression("attribute_not_exists(" + KEY + ")")))
                .thenApply(applied -> applied ? Optional.of(row) : Optional.empty());
    }

    /**
     * Whether no other worker that reads the source is alive, so that all its leases are this worker's. Otherwise KCL's
     * leader assigns them, because it knows which worker has the fewest.
     *
     * @param atMost how long ago the reports of workers may have been read
     */
    public boolean isAlone(String worker, LeaseTimings timings, Instant now, Duration atMost) {
        return SourcesOfWorkers.at(now, timings, shared.rows(atMost))
                .readers(key(""), worker)
                .isEmpty();
    }

    /**
     * Makes a worker the owner of those leases that have none. A failure only costs time: KCL's leader assigns them, half a
     * second or more after it has started.
     */
    public void takeFree(List<Lease> leases, String worker) {
        CompletableFuture<?>[] taken = leases.stream()
                .filter(lease -> lease.leaseOwner() == null && !ended(lease))
                .map(lease -> take(lease, worker))
                .toArray(CompletableFuture[]::new);
        try {
            Calls.join(CompletableFuture.allOf(taken));
        } catch (SdkException | CompletionException e) {
            log.info(
                    "source {}: its free leases are left to the leader: {}",
                    LogFields.source(source),
                    WriteFailure.of(e).message());
        }
    }

    private CompletableFuture<Boolean> take(Lease free, String worker) {
        AttributeValue key = AttributeValue.fromS(key(free.leaseKey()));
        return shared.update(
                key.s(),
                "SET " + OWNER + " = ? SET " + COUNTER + " = ? WHERE " + KEY + " = ? AND " + COUNTER + " = ? AND "
                        + OWNER + " IS MISSING",
                AttributeValue.fromS(worker),
                AttributeValue.fromN(Long.toString(free.leaseCounter() + 1)),
                key,
                AttributeValue.fromN(Long.toString(free.leaseCounter())));
    }

    /** Deletes the leases of shards that have been read to their ends, if they still have been. */
    public void deleteEnded(List<String> shardIds) {
        Calls.join(CompletableFuture.allOf(shardIds.stream()
                .map(shardId -> Calls.applied(client.deleteItem(request -> request.tableName(table)
                        .key(row(shardId))
                        .conditionExpression("#checkpoint = :end")
                        .expressionAttributeNames(Map.of("#checkpoint", CHECKPOINT))
                        .expressionAttributeValues(Map.of(
                                ":end", AttributeValue.fromS(ExtendedSequenceNumber.SHARD_END.sequenceNumber()))))))
                .toArray(CompletableFuture[]::new)));
    }

    /**
     * Records the time up to which every change of the shard has ended on every route. Completes with false, and without
     * effect, if the worker does not own the lease, or if a later time is recorded.
     */
    public CompletableFuture<Boolean> doneUntil(String shardId, String worker, Instant until) {
        AttributeValue time = AttributeValue.fromN(Long.toString(until.toEpochMilli()));
        AttributeValue key = AttributeValue.fromS(key(shardId));
        return shared.update(
                key.s(),
                "SET " + DONE_UNTIL + " = ? WHERE " + KEY + " = ? AND " + OWNER + " = ? AND (" + DONE_UNTIL
                        + " IS MISSING OR " + DONE_UNTIL + " < ?)",
                time,
                key,
                AttributeValue.fromS(worker),
                time);
    }

    private String key(String shardId) {
        return new LeaseKey(source, shardId).text();
    }

    private Map<String, AttributeValue> row(String shardId) {
        return Map.of(KEY, AttributeValue.fromS(key(shardId)));
    }

    /** Marks the shard as read to its end. The owner of the lease keeps it, and reads no more. */
    public void end(String shardId) {
        Calls.join(client.updateItem(request -> request.tableName(table)
                .key(row(shardId))
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
