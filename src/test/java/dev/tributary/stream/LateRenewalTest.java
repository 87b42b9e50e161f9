package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.SimulatedShard;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Renewals of leases that begin in time and are answered too late, with KCL. */
@Tag("slow")
class LateRenewalTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration LEASE = Duration.ofSeconds(5);

    /** Long enough that the lease table gets nothing but renewals. */
    private static final Duration CHECKPOINTS = Duration.ofMinutes(2);

    private final DynamoDbFront leases = new DynamoDbFront(dynamo.endpoint());

    @AfterEach
    void close() {
        leases.close();
    }

    private long renewals() {
        return leases.passed().stream().filter(LateRenewalTest::changesLease).count();
    }

    private static boolean changesLease(DynamoDbFront.Call call) {
        return Set.of("UpdateItem", "BatchExecuteStatement").contains(call.operation())
                && call.body().contains("leaseCounter");
    }

    /** They were left to the next owner of the shard, so the worker has to read it again. */
    @Test
    void changesThatWereTakenBeforeTheLeaseExpiredAreWritten() throws Exception {
        try (SimulatedSource source = new SimulatedSource(dynamo, 1)
                .leases(LEASE)
                .checkpointing(CHECKPOINTS)
                .leaseTable(leases.endpoint())) {
            source.read("one");
            SimulatedShard shard = source.onlyShard();
            SimulatedSource.put(shard, "before", 1);
            await().atMost(LONG).until(() -> source.rows().equals(Map.of("before", 1)));

            long renewed = renewals();
            await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> renewals() > renewed);
            leases.hold(LateRenewalTest::changesLease);
            AtomicInteger changes = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(50))
                    .during(LEASE.plusMillis(700)) // the renewal that is held began less than a lease duration ago
                    .atMost(LONG)
                    .until(() -> {
                        SimulatedSource.put(shard, "change-" + changes.getAndIncrement(), 1);
                        return true;
                    });
            assertThat(source.rows().size())
                    .as("rows written while the lease was not renewed, of %s", changes)
                    .isLessThan(changes.get());
            assertThat(leases.waiting()).as("renewals that are held").isPositive();
            leases.release();

            await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).hasSize(1 + changes.get()));
        }
    }
}
