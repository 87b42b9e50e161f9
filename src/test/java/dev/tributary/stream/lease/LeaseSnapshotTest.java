package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Lease tables as workers leave them. */
class LeaseSnapshotTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final LeaseTimings TIMINGS = new LeaseTimings(Duration.ofSeconds(8));
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final String table = dynamo.createTable("leases", "leaseKey:S");
    private final LeaseRows rows = new LeaseRows(dynamo.asyncClient(), table, "users");

    @Test
    void aTableThatDoesNotExistIsEmpty() {
        assertThat(LeaseSnapshot.read(dynamo.asyncClient(), "no-such-table", "users")
                        .join())
                .isEqualTo(LeaseSnapshot.NONE);
    }

    @Test
    void leasesAreReadWithOwnerSuccessorCheckpointAndParents() {
        put(lease("shard-1", "one", ExtendedSequenceNumber.SHARD_END));
        put(lease("shard-2", null, ExtendedSequenceNumber.TRIM_HORIZON));
        Lease passing = lease("shard-3", "two", new ExtendedSequenceNumber("300000000000000000007"));
        passing.checkpointOwner("one");
        passing.parentShardIds(List.of("users/shard-1"));
        put(passing);
        assertThat(snapshot().leases())
                .containsExactly(
                        new ShardLease(
                                "shard-1",
                                Optional.of("one"),
                                Optional.empty(),
                                "SHARD_END",
                                Set.of(),
                                Optional.empty()),
                        new ShardLease(
                                "shard-2",
                                Optional.empty(),
                                Optional.empty(),
                                "TRIM_HORIZON",
                                Set.of(),
                                Optional.empty()),
                        new ShardLease(
                                "shard-3",
                                Optional.of("one"),
                                Optional.of("two"),
                                "300000000000000000007",
                                Set.of("shard-1"),
                                Optional.empty()));
        assertThat(snapshot().leases()).extracting(ShardLease::ended).containsExactly(true, false, false);
    }

    @Test
    void theTimeOfAShardIsRecordedByItsOwnerAloneAndNeverGoesBack() {
        put(lease("shard-1", "one", ExtendedSequenceNumber.TRIM_HORIZON));
        assertThat(rows.doneUntil("shard-1", "two", NOON).join()).isFalse();
        assertThat(rows.doneUntil("shard-1", "one", NOON).join()).isTrue();
        assertThat(rows.doneUntil("shard-1", "one", NOON.minusMillis(1)).join()).isFalse();
        assertThat(rows.doneUntil("shard-9", "one", NOON).join())
                .as("creates no lease")
                .isFalse();
        assertThat(snapshot().leases())
                .singleElement()
                .extracting(ShardLease::doneUntil)
                .isEqualTo(Optional.of(NOON));
    }

    @Test
    void aCheckpointOfKclKeepsTheRecordedTime() {
        Lease lease = lease("shard-1", "one", ExtendedSequenceNumber.TRIM_HORIZON);
        put(lease);
        rows.doneUntil("shard-1", "one", NOON).join();
        rows.end("shard-1");
        assertThat(snapshot().leases()).singleElement().satisfies(ended -> {
            assertThat(ended.ended()).isTrue();
            assertThat(ended.doneUntil()).contains(NOON);
        });
    }

    @Test
    void workersAreAliveForTwoReportsAndTheStateIsRead() {
        new SourceStateRow(dynamo.asyncClient(), table, "users")
                .begin(
                        "arn:aws:dynamodb:us-east-1:1:table/t/stream/2026-11-20T08:00:00.000",
                        "t",
                        NOON,
                        Optional.empty());
        put(Map.of(
                "leaseKey", AttributeValue.fromS("one"),
                "entityType", AttributeValue.fromS("WORKER_METRIC_STATS"),
                "lut", AttributeValue.fromN(Long.toString(NOON.getEpochSecond()))));
        assertThat(snapshot().state().map(SourceState::identity)).contains("t");
        assertThat(snapshot().leases()).isEmpty();
        assertThat(snapshot().workers()).containsExactly(new WorkerReport("one", NOON));
        WorkerReport report = snapshot().workers().get(0);
        assertThat(report.alive(NOON.plusSeconds(5), TIMINGS)).isTrue();
        assertThat(report.alive(NOON.plusSeconds(6), TIMINGS)).isFalse();
    }

    private LeaseSnapshot snapshot() {
        return LeaseSnapshot.read(dynamo.asyncClient(), table, "users").join();
    }

    private static Lease lease(String shard, String owner, ExtendedSequenceNumber checkpoint) {
        Lease lease = new Lease();
        lease.leaseKey("users/" + shard);
        lease.leaseOwner(owner);
        lease.checkpoint(checkpoint);
        lease.ownerSwitchesSinceCheckpoint(0L);
        return lease;
    }

    private void put(Lease lease) {
        put(new DynamoDBLeaseSerializer().toDynamoRecord(lease));
    }

    private void put(Map<String, AttributeValue> row) {
        dynamo.client().putItem(request -> request.tableName(table).item(new HashMap<>(row)));
    }
}
