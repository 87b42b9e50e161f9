package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.leases.EntityType;
import software.amazon.kinesis.leases.Lease;

class LeaseRowsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final LeaseTimings TIMINGS = new LeaseTimings(Duration.ofSeconds(8));

    private final String table = dynamo.createTable("leases", "leaseKey:S");
    private final LeaseRows rows = new LeaseRows(dynamo.asyncClient(), table, "users");

    @Test
    void aWorkerTakesTheFreeLeasesOfItsSource() {
        put(lease("users/free", "TRIM_HORIZON"));
        put(lease("users/taken", "TRIM_HORIZON", "leaseOwner", AttributeValue.fromS("other")));
        put(lease("users/ended", "SHARD_END"));
        put(lease("orders/free", "TRIM_HORIZON"));

        rows.takeFree(rows.all(), "me");

        assertThat(owner("users/free")).isEqualTo("me");
        assertThat(get("users/free").get("leaseCounter").n()).isEqualTo("8");
        assertThat(owner("users/taken")).isEqualTo("other");
        assertThat(owner("users/ended")).isNull();
        assertThat(owner("orders/free")).isNull();
    }

    @Test
    void aLeaseThatAnotherWorkerTakesAtTheSameTimeStaysItsOwn() {
        put(lease("users/free", "TRIM_HORIZON"));
        List<Lease> known = rows.all();
        put(lease("users/free", "TRIM_HORIZON", "leaseOwner", AttributeValue.fromS("other")));

        rows.takeFree(known, "me");

        assertThat(owner("users/free")).isEqualTo("other");
    }

    @Test
    void leasesAreCreatedWithAnOwnerUnlessTheyExist() {
        put(lease("users/taken", "TRIM_HORIZON", "leaseOwner", AttributeValue.fromS("other")));

        rows.create(List.of(shard("taken"), shard("new")), "me");
        rows.create(List.of(shard("left")), null);

        assertThat(owner("users/taken")).isEqualTo("other");
        assertThat(owner("users/new")).isEqualTo("me");
        assertThat(get("users/left")).isNotEmpty();
        assertThat(owner("users/left")).isNull();
    }

    /** A shard without a lease whose children have leases counts as read to its end, and would never be read. */
    @Test
    void noLeaseIsCreatedBeforeThatOfItsParent() {
        List<String> sent = new CopyOnWriteArrayList<>();
        AtomicReference<String> refused = new AtomicReference<>("users/parent");
        try (DynamoDbAsyncClient client = dynamo.configure(DynamoDbAsyncClient.builder())
                .overrideConfiguration(override -> override.addExecutionInterceptor(new ExecutionInterceptor() {
                    @Override
                    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
                        String key = ((PutItemRequest) context.request())
                                .item()
                                .get("leaseKey")
                                .s();
                        sent.add(key);
                        if (key.equals(refused.get())) {
                            throw SdkClientException.create("refused");
                        }
                    }
                }))
                .build()) {
            LeaseRows failing = new LeaseRows(client, table, "users");
            List<Shard> lineage =
                    List.of(shard("grandchild", "child"), shard("child", "parent"), shard("parent", "gone"));
            assertThatThrownBy(() -> failing.create(lineage, "me")).isInstanceOf(SdkClientException.class);
            assertThat(rows.all()).isEmpty();

            refused.set("");
            sent.clear();
            failing.create(lineage, "me");
            assertThat(sent).containsExactly("users/parent", "users/child", "users/grandchild");
        }
    }

    @Test
    void createdLeasesAreKnownWithoutAnotherScan() {
        put(lease("users/taken", "TRIM_HORIZON"));
        rows.all();
        put(lease("users/others", "TRIM_HORIZON"));

        rows.create(List.of(shard("taken"), shard("new"), shard("others")), "me");

        assertThat(rows.all(Duration.ofMinutes(1)))
                .extracting(Lease::leaseKey)
                .containsExactlyInAnyOrder("taken", "new");
        assertThat(rows.all()).extracting(Lease::leaseKey).containsExactlyInAnyOrder("taken", "new", "others");
    }

    @Test
    void aWorkerIsAloneWhileNoOtherThatReadsTheSourceIsAlive() {
        assertThat(isAlone()).isTrue();
        put(report("me", NOON, "users"));
        put(report("reads-another-source", NOON, "orders"));
        put(report("dead", NOON.minusSeconds(10), "users"));
        assertThat(isAlone()).isTrue();
        put(report("other", NOON, "users"));
        assertThat(isAlone()).isFalse();
    }

    private boolean isAlone() {
        return rows.isAlone("me", TIMINGS, NOON, Duration.ZERO);
    }

    private static Shard shard(String id) {
        return Shard.builder().shardId(id).build();
    }

    private static Shard shard(String id, String parent) {
        return Shard.builder().shardId(id).parentShardId(parent).build();
    }

    private static Map<String, AttributeValue> lease(String key, String checkpoint) {
        return new HashMap<>(Map.of(
                "leaseKey", AttributeValue.fromS(key),
                "leaseCounter", AttributeValue.fromN("7"),
                "ownerSwitchesSinceCheckpoint", AttributeValue.fromN("0"),
                "checkpoint", AttributeValue.fromS(checkpoint),
                "checkpointSubSequenceNumber", AttributeValue.fromN("0")));
    }

    private static Map<String, AttributeValue> lease(
            String key, String checkpoint, String attribute, AttributeValue value) {
        Map<String, AttributeValue> lease = lease(key, checkpoint);
        lease.put(attribute, value);
        return lease;
    }

    private static Map<String, AttributeValue> report(String worker, Instant at, String source) {
        return Map.of(
                "leaseKey",
                AttributeValue.fromS(worker),
                "entityType",
                AttributeValue.fromS(EntityType.WORKER_METRIC_STATS.getDdbValue()),
                "lut",
                AttributeValue.fromN(Long.toString(at.getEpochSecond())),
                SourcesOfWorkers.SOURCES,
                AttributeValue.fromSs(List.of(source)));
    }

    private void put(Map<String, AttributeValue> row) {
        dynamo.client().putItem(request -> request.tableName(table).item(row));
    }

    private Map<String, AttributeValue> get(String key) {
        return dynamo.client()
                .getItem(request -> request.tableName(table)
                        .key(Map.of("leaseKey", AttributeValue.fromS(key)))
                        .consistentRead(true))
                .item();
    }

    private String owner(String key) {
        AttributeValue owner = get(key).get("leaseOwner");
        return owner == null ? null : owner.s();
    }
}
