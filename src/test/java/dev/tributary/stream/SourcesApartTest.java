package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two sources in one process that share a timer, as in the daemon. */
@Tag("slow")
class SourcesApartTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int CHANGES = 50;

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final DynamoDbFront leases = new DynamoDbFront(dynamo.endpoint());
    private final DynamoDbFront target = new DynamoDbFront(dynamo.endpoint());

    @AfterEach
    void close() {
        timer.shutdownNow();
        leases.close();
        target.close();
    }

    @Test
    void aSourceRetriesAndCheckpointsWhileTheLeaseTableOfAnotherDoesNotAnswer() throws Exception {
        try (SimulatedSource hanging =
                        new SimulatedSource(dynamo, 4).timer(timer).leaseTable(leases.endpoint());
                SimulatedSource other =
                        new SimulatedSource(dynamo, 1).timer(timer).target(target.endpoint())) {
            hanging.stream().roots().forEach(shard -> SimulatedSource.put(shard, shard.id(), 1));
            hanging.read("one");
            await().atMost(LONG).until(() -> hanging.rows().size() == 4);
            other.read("one");

            leases.hold(call -> true);
            hanging.stream().roots().forEach(shard -> SimulatedSource.put(shard, shard.id(), 2));
            await().atMost(LONG).until(() -> leases.waiting() >= 4);

            target.refuse(call -> true);
            Map<String, Integer> expected = new HashMap<>();
            String last = "";
            for (int change = 0; change < CHANGES; change++) {
                last = SimulatedSource.put(other.onlyShard(), "item-" + change, change);
                expected.put("item-" + change, change);
            }
            await().atMost(LONG).until(() -> target.refusals() >= 3);
            target.release();
            await().atMost(LONG).untilAsserted(() -> assertThat(other.rows()).isEqualTo(expected));
            String end = last;
            await().atMost(LONG).untilAsserted(() -> assertThat(other.checkpoint(other.onlyShard()))
                    .isEqualTo(end));
            assertThat(leases.waiting())
                    .as("the other table still does not answer")
                    .isPositive();
            leases.release();
        }
    }
}
