package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** The lease table of a source as an earlier version left it, or still uses it. */
@Tag("slow")
class LeaseUpgradeTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ARN = "arn:aws:dynamodb:us-east-1:1:table/t/stream/2026-11-20T08:00:00.000";
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration LEASE = Duration.ofMillis(600);

    private final String table = dynamo.createTable("leases", "leaseKey:S");
    private final String former = dynamo.createTable("users-leases", "leaseKey:S");
    private final SourceStateRow state = new SourceStateRow(dynamo.asyncClient(), table, "users");
    private final LeaseRows rows = new LeaseRows(dynamo.asyncClient(), table, "users");
    private final ScheduledExecutorService formerWorker = Executors.newSingleThreadScheduledExecutor();

    @BeforeEach
    void writeFormerTable() {
        Map<String, AttributeValue> row = new HashMap<>(Map.of(
                "leaseKey", AttributeValue.fromS("tributary-stream"),
                "entityType", AttributeValue.fromS("STREAM"),
                "streamId", AttributeValue.fromS(ARN),
                "since", AttributeValue.fromS(NOON.toString()),
                "epoch", AttributeValue.fromS("2026-11-20T08:00:00.000"),
                "identity", AttributeValue.fromS("t"),
                "gaps", AttributeValue.fromM(Map.of("disabled-stream/x", gap()))));
        put(row);
        Lease ended = lease("shard-1", ExtendedSequenceNumber.SHARD_END);
        ended.childShardIds(List.of("shard-2"));
        put(new DynamoDBLeaseSerializer().toDynamoRecord(ended));
        Lease open = lease("shard-2", new ExtendedSequenceNumber("300000000000000000007"));
        open.parentShardIds(List.of("shard-1"));
        Map<String, AttributeValue> openRow = new HashMap<>(new DynamoDBLeaseSerializer().toDynamoRecord(open));
        openRow.put("tributaryDoneUntil", AttributeValue.fromN(Long.toString(NOON.toEpochMilli())));
        put(openRow);
    }

    @AfterEach
    void stopFormerWorker() {
        formerWorker.shutdownNow();
    }

    @Test
    void checkpointsStateAndGapsAreTakenOverAndOthersCannotGoOnWithTheFormerTable() throws Exception {
        upgrade().run();
        assertTakenOver("300000000000000000007");
        Map<String, AttributeValue> left = dynamo.client()
                .getItem(request ->
                        request.tableName(former).key(Map.of("leaseKey", AttributeValue.fromS("tributary-stream"))))
                .item();
        assertThat(left.get("streamId").s()).contains(table).doesNotStartWith("arn:");
    }

    /** KCL reads a shard whose parent has no lease, and would not wait for one of another name. */
    @Test
    void parentsAndChildrenNameTheirSource() throws Exception {
        upgrade().run();
        assertThat(sharedRow("shard-2").get("parentShardId").ss()).containsExactly("users/shard-1");
        assertThat(sharedRow("shard-1").get("childShardIds").ss()).containsExactly("users/shard-2");
    }

    private Map<String, AttributeValue> sharedRow(String id) {
        return dynamo.client()
                .getItem(request -> request.tableName(table)
                        .key(Map.of("leaseKey", AttributeValue.fromS(new LeaseKey("users", id).text()))))
                .item();
    }

    @Test
    void whatWasReadSinceIsNotTakenBack() throws Exception {
        upgrade().run();
        rows.end("shard-2");
        upgrade().run();
        assertThat(rows.all()).allMatch(LeaseRows::ended);
    }

    /** It looked for the source in the shared table before the other had written it there. */
    @Test
    void aWorkerThatIsLateTakesBackNothing() throws Exception {
        upgrade().run();
        rows.end("shard-2");
        dynamo.client().deleteItem(request -> request.tableName(table)
                .key(Map.of("leaseKey", AttributeValue.fromS(SourceStateRow.key("users")))));
        assertThat(state.read()).isEmpty();
        upgrade().run();
        assertThat(state.read()).isPresent();
        assertThat(rows.all()).hasSize(2).allMatch(LeaseRows::ended);
    }

    @Test
    void anotherWorkerContinuesWhereOneHasStopped() throws Exception {
        dynamo.client().updateItem(request -> request.tableName(former)
                .key(Map.of("leaseKey", AttributeValue.fromS("tributary-stream")))
                .updateExpression("SET formerStream = streamId, streamId = :moved")
                .expressionAttributeValues(Map.of(":moved", AttributeValue.fromS("moved"))));
        upgrade().run();
        assertTakenOver("300000000000000000007");
    }

    /** A worker of the earlier version sees within a lease duration that its stream is no longer the agreed one. */
    @Test
    void theLastCheckpointOfAWorkerThatEndsIsTakenOver() throws Exception {
        AtomicInteger renewals = new AtomicInteger();
        renew(() -> {
            if (renewals.incrementAndGet() < 12) {
                update("shard-2", "SET leaseOwner = :v ADD leaseCounter :one", AttributeValue.fromS("former"));
            } else if (renewals.get() == 12) {
                update(
                        "shard-2",
                        "SET checkpoint = :v REMOVE leaseOwner ADD leaseCounter :one",
                        AttributeValue.fromS("300000000000000000099"));
            }
        });
        upgrade().run();
        assertTakenOver("300000000000000000099");
    }

    @Test
    void aLeaseOfAWorkerThatDiedIsTakenOverWhenItHasExpired() throws Exception {
        update("shard-2", "SET leaseOwner = :v ADD leaseCounter :one", AttributeValue.fromS("dead"));
        long start = System.nanoTime();
        upgrade().run();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(LEASE);
        assertTakenOver("300000000000000000007");
    }

    @Test
    void nothingIsTakenFromAWorkerThatGoesOn() {
        renew(() -> update("shard-2", "SET leaseOwner = :v ADD leaseCounter :one", AttributeValue.fromS("former")));
        assertThatThrownBy(() -> upgrade().run())
                .isInstanceOf(SourceStartException.class)
                .hasMessageContaining("stop them")
                .hasMessageContaining(former);
        assertThat(rows.all()).isEmpty();
        assertThat(state.read()).isEmpty();
    }

    @Test
    void withoutAFormerTableThereIsNothingToDo() throws Exception {
        new LeaseUpgrade("users", dynamo.asyncClient(), "no-such-table", table, state, LEASE).run();
        assertThat(state.read()).isEmpty();
    }

    @Test
    void aTableOfThatNameWithAnotherKeyIsNoFormerTable() throws Exception {
        String other = dynamo.createTable("users", "email:S");
        new LeaseUpgrade("users", dynamo.asyncClient(), other, table, state, LEASE).run();
        assertThat(state.read()).isEmpty();
    }

    private LeaseUpgrade upgrade() {
        return new LeaseUpgrade("users", dynamo.asyncClient(), former, table, state, LEASE);
    }

    private void assertTakenOver(String checkpoint) {
        LeaseSnapshot snapshot =
                LeaseSnapshot.read(dynamo.asyncClient(), table, "users").join();
        assertThat(snapshot.state()).hasValueSatisfying(read -> {
            assertThat(read.streamArn()).isEqualTo(ARN);
            assertThat(read.identity()).isEqualTo("t");
            assertThat(read.epoch()).isEqualTo("2026-11-20T08:00:00.000");
            assertThat(read.passed()).hasSize(1);
        });
        assertThat(snapshot.leases()).extracting(ShardLease::shardId).containsExactly("shard-1", "shard-2");
        assertThat(snapshot.leases().get(0).ended()).isTrue();
        assertThat(snapshot.leases().get(1)).satisfies(open -> {
            assertThat(open.checkpoint()).isEqualTo(checkpoint);
            assertThat(open.owner()).isEmpty();
            assertThat(open.parents()).containsExactly("shard-1");
            assertThat(open.doneUntil()).contains(NOON);
        });
    }

    private void renew(Runnable renewal) {
        formerWorker.scheduleWithFixedDelay(renewal, 0, 50, TimeUnit.MILLISECONDS);
    }

    private void update(String shard, String expression, AttributeValue value) {
        dynamo.client().updateItem(request -> request.tableName(former)
                .key(Map.of("leaseKey", AttributeValue.fromS(shard)))
                .updateExpression(expression)
                .expressionAttributeValues(Map.of(":v", value, ":one", AttributeValue.fromN("1"))));
    }

    private static AttributeValue gap() {
        return AttributeValue.fromM(Map.of(
                "description", AttributeValue.fromS("it was disabled"),
                "at", AttributeValue.fromS("2026-11-20T00:00:00Z"),
                "worker", AttributeValue.fromS("former")));
    }

    private static Lease lease(String shard, ExtendedSequenceNumber checkpoint) {
        Lease lease = new Lease();
        lease.leaseKey(shard);
        lease.checkpoint(checkpoint);
        lease.ownerSwitchesSinceCheckpoint(0L);
        return lease;
    }

    private void put(Map<String, AttributeValue> row) {
        dynamo.client().putItem(request -> request.tableName(former).item(row));
    }
}
