package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.DynamoDbFront;
import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class SharedLeaseTableTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private final String table = dynamo.createTable("leases", "leaseKey:S");
    private final DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
    private final DynamoDbAsyncClient client = dynamo.configure(DynamoDbAsyncClient.builder())
            .endpointOverride(front.endpoint())
            .build();
    private final AtomicLong now = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong scans = new AtomicLong();
    private final SharedLeaseTable shared = new SharedLeaseTable(client, table, now::get);

    @BeforeEach
    void countCalls() {
        front.answerAfterwards(call -> {
            if (call.operation().equals("BatchExecuteStatement")) {
                batches.incrementAndGet();
            } else if (call.operation().equals("Scan")) {
                scans.incrementAndGet();
            }
            return Optional.empty();
        });
        for (int lease = 0; lease < 60; lease++) {
            put("users/" + lease, "me", 7);
        }
    }

    @AfterEach
    void close() {
        client.close();
        front.close();
    }

    @Test
    void sixtyRenewalsTakeThreeCallsAndEachHasItsOwnCondition() {
        put("users/1", "other", 7);
        put("users/2", "me", 8);
        List<CompletableFuture<Boolean>> renewed = IntStream.range(0, 60)
                .mapToObj(lease -> renew("users/" + lease))
                .toList();
        for (int lease = 0; lease < 60; lease++) {
            assertThat(renewed.get(lease).join()).as("lease %d", lease).isEqualTo(lease != 1 && lease != 2);
        }
        assertThat(counter("users/0")).isEqualTo("8");
        assertThat(counter("users/1")).isEqualTo("7");
        assertThat(batches).hasValueLessThanOrEqualTo(4);
    }

    @Test
    void anUpdateThatCreatesNothingIsNoSuccess() {
        assertThat(renew("users/no-such-lease").join()).isFalse();
        assertThat(counter("users/no-such-lease")).isNull();
    }

    /** The service refuses a call with two statements for one row. */
    @Test
    void twoUpdatesOfOneRowBothSucceed() {
        CompletableFuture<Boolean> first = renew("users/0");
        CompletableFuture<Boolean> second =
                shared.update("users/0", "SET seen = ? WHERE leaseKey = ?", AttributeValue.fromN("1"), text("users/0"));
        assertThat(first.join()).isTrue();
        assertThat(second.join()).isTrue();
    }

    @Test
    void aFailedCallFailsItsUpdates() {
        front.refuse(call -> call.operation().equals("BatchExecuteStatement"));
        assertThat(renew("users/0")).failsWithin(Duration.ofSeconds(30));
    }

    @Test
    void aScanIsSharedForAsLongAsItIsFreshEnough() {
        assertThat(shared.rows(Duration.ofSeconds(4))).hasSize(60);
        now.addAndGet(Duration.ofSeconds(3).toNanos());
        shared.rows(Duration.ofSeconds(4));
        assertThat(scans).hasValue(1);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        shared.rows(Duration.ofSeconds(4));
        assertThat(scans).hasValue(2);
    }

    private CompletableFuture<Boolean> renew(String key) {
        return shared.update(
                key,
                "SET leaseCounter = ? WHERE leaseKey = ? AND leaseCounter = ? AND leaseOwner = ? AND checkpointOwner IS"
                        + " MISSING",
                AttributeValue.fromN("8"),
                text(key),
                AttributeValue.fromN("7"),
                text("me"));
    }

    private void put(String key, String owner, int counter) {
        dynamo.client().putItem(request -> request.tableName(table)
                .item(Map.of(
                        "leaseKey", text(key),
                        "leaseOwner", text(owner),
                        "leaseCounter", AttributeValue.fromN(Integer.toString(counter)))));
    }

    private String counter(String key) {
        AttributeValue counter = dynamo.client()
                .getItem(request -> request.tableName(table).key(Map.of("leaseKey", text(key))))
                .item()
                .get("leaseCounter");
        return counter == null ? null : counter.n();
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }
}
