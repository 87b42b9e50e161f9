package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.SimulatedShard;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Leases that KCL moves from one live worker to another. */
@Tag("slow")
class LiveHandOverTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(100);
    private static final int ITEMS = 20;
    private static final int CHANGES = 12;

    /** Long enough that a worker learns of a loss from its renewals and not from a refused checkpoint. */
    private static final Duration CHECKPOINTS = Duration.ofMinutes(2);

    private final DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());

    @AfterEach
    void close() {
        front.close();
    }

    /**
     * The first worker's writes are slow, and there are more changes than it may have open, so that KCL finds its threads
     * blocked. Its open changes must not reach the target after the second worker's writes, which are fast and soon
     * have removed everything.
     */
    @Test
    void noRemovedItemReturnsWhenASecondWorkerJoinsWhileTheTargetIsSlow() throws Exception {
        front.delay(Duration.ofMillis(1_500));
        try (SimulatedSource source = new SimulatedSource(dynamo, 2)
                .leases(Duration.ofSeconds(9))
                .checkpointing(CHECKPOINTS)
                .inFlight(10)
                .target(front.endpoint())) {
            for (SimulatedShard shard : source.stream().roots()) {
                for (int item = 0; item < ITEMS; item++) {
                    SimulatedSource.insert(shard, shard.id() + "-" + item);
                }
                for (int change = 0; change < CHANGES * ITEMS; change++) {
                    SimulatedSource.put(shard, shard.id() + "-" + change % ITEMS, 2 + change);
                }
                for (int item = 0; item < ITEMS; item++) {
                    SimulatedSource.remove(shard, shard.id() + "-" + item);
                }
            }
            source.read("one");
            await().atMost(LONG).until(() -> source.leasesByOwner().equals(Map.of("one", 2L)));
            source.target(dynamo.endpoint()).read("two");
            await().atMost(LONG).until(() -> source.leasesByOwner().getOrDefault("two", 0L) > 0);
            await().atMost(LONG).until(() -> source.stream().roots().stream()
                    .anyMatch(shard -> source.rows().keySet().stream().noneMatch(id -> id.startsWith(shard.id()))));
            front.delay(Duration.ZERO);
            await().during(Duration.ofSeconds(5)).atMost(LONG).untilAsserted(() -> assertThat(source.rows())
                    .as("of %d removed items", 2 * ITEMS)
                    .isEmpty());
        }
    }
}
