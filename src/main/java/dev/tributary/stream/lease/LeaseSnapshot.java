package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import dev.tributary.model.Failures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.kinesis.leases.EntityType;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;

/**
 * The rows of a source in its lease table, read once, for reports: without KCL's types, and without a running worker.
 *
 * @param state the stream that is read, and the gaps; empty if no worker has begun to read the source
 * @param leases in the order of their shards
 * @param workers of all sources that reported once and have not left, alive or not, by name
 */
public record LeaseSnapshot(Optional<SourceState> state, List<ShardLease> leases, List<WorkerReport> workers) {

    /** KCL's attribute name. */
    private static final String LAST_UPDATE = "lut";

    /** A source of which there is no lease table. */
    public static final LeaseSnapshot NONE = new LeaseSnapshot(Optional.empty(), List.of(), List.of());

    /**
     * Reads the rows of a source in a lease table, consistently; a table that does not exist is empty.
     *
     * @return fails with what the SDK throws
     */
    public static CompletableFuture<LeaseSnapshot> read(DynamoDbAsyncClient client, String table, String source) {
        return rows(client, table)
                .thenApply(rows -> of(source, rows))
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                        ? CompletableFuture.completedFuture(NONE)
                        : CompletableFuture.failedFuture(thrown));
    }

    /** All rows of a lease table, read consistently; fails with what the SDK throws. */
    static CompletableFuture<List<Map<String, AttributeValue>>> rows(DynamoDbAsyncClient client, String table) {
        List<Map<String, AttributeValue>> rows = new ArrayList<>();
        return client.scanPaginator(request -> request.tableName(table).consistentRead(true))
                .subscribe(page -> rows.addAll(page.items()))
                .thenApply(read -> rows);
    }

    private static LeaseSnapshot of(String source, List<Map<String, AttributeValue>> rows) {
        Optional<SourceState> state = Optional.empty();
        List<ShardLease> leases = new ArrayList<>();
        List<WorkerReport> workers = new ArrayList<>();
        DynamoDBLeaseSerializer serializer = new DynamoDBLeaseSerializer();
        for (Map<String, AttributeValue> row : rows) {
            if (SourceStateRow.isState(source, row)) {
                state = Optional.of(SourceStateRow.state(row));
            } else if (isReport(row)) {
                workers.add(report(row));
            } else {
                LeaseRows.lease(serializer, source, row).ifPresent(lease -> leases.add(lease(lease, row)));
            }
        }
        leases.sort(Comparator.comparing(ShardLease::shardId));
        workers.sort(Comparator.comparing(WorkerReport::worker));
        return new LeaseSnapshot(state, List.copyOf(leases), List.copyOf(workers));
    }

    private static ShardLease lease(Lease lease, Map<String, AttributeValue> row) {
        Optional<String> assigned = Optional.ofNullable(lease.leaseOwner());
        return new ShardLease(
                lease.leaseKey(),
                Optional.ofNullable(lease.actualOwner()),
                lease.shutdownRequested() ? assigned : Optional.empty(),
                lease.checkpoint().sequenceNumber(),
                Set.copyOf(lease.parentShardIds()),
                LeaseRows.doneUntil(row));
    }

    static boolean isReport(Map<String, AttributeValue> row) {
        AttributeValue type = row.get(LeaseRows.ENTITY_TYPE);
        return type != null
                && EntityType.WORKER_METRIC_STATS.getDdbValue().equals(type.s())
                && row.containsKey(LAST_UPDATE);
    }

    static WorkerReport report(Map<String, AttributeValue> row) {
        return new WorkerReport(
                requireNonNull(row.get(LeaseRows.KEY)).s(),
                Instant.ofEpochSecond(
                        Long.parseLong(requireNonNull(row.get(LAST_UPDATE)).n())));
    }
}
