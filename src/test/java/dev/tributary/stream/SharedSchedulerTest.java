package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.telemetry.Health.Status;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two sources whose leases are in one table, and which a process reads with one scheduler. */
@Tag("slow")
class SharedSchedulerTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void aStreamThatIsGoneOrReplacedDisturbsNoOtherSource() throws Exception {
        try (SimulatedSource failing = new SimulatedSource(dynamo, 2).gaps(GapPolicy.CONTINUE);
                SimulatedSource other =
                        new SimulatedSource(dynamo, 1).named("orders").sharing(failing)) {
            SourceWorker worker = failing.read("one");
            other.read("one");
            SimulatedSource.put(failing.stream().roots().get(0), "a", 1);
            SimulatedSource.put(other.onlyShard(), "b", 1);
            await().atMost(LONG).until(() -> failing.rows().equals(Map.of("a", 1)));
            await().atMost(LONG).until(() -> other.rows().equals(Map.of("b", 1)));
            Map<String, Long> acquired = other.ownerSwitches();

            failing.endpoint().delete(failing.stream());
            await().atMost(LONG)
                    .untilAsserted(
                            () -> assertThat(failing.health(worker).status()).isNotEqualTo(Status.UP));
            SimulatedShard child = other.onlyShard().roll();
            SimulatedSource.put(child, "b", 2);
            await().atMost(LONG).until(() -> other.rows().equals(Map.of("b", 2)));

            SimulatedSource.put(failing.replaceStream().roots().get(1), "a", 2);
            await().atMost(LONG).until(() -> failing.rows().equals(Map.of("a", 2)));
            SimulatedSource.put(child, "b", 3);
            await().atMost(LONG).until(() -> other.rows().equals(Map.of("b", 3)));
            assertThat(other.ownerSwitches())
                    .as("the leases of the other source have stayed where they were")
                    .containsAllEntriesOf(acquired);
        }
    }

    /** As during a deployment that adds a source: KCL alone would assign half of its leases to the worker without it. */
    @Test
    void leasesAreAssignedToWorkersThatReadTheirSource() throws Exception {
        try (SimulatedSource known = new SimulatedSource(dynamo, 2);
                SimulatedSource added =
                        new SimulatedSource(dynamo, 6).named("orders").sharing(known)) {
            known.read("one");
            await().atMost(LONG).until(() -> known.leasesByOwner().equals(Map.of("one", 2L)));
            await().atMost(LONG).until(() -> known.sourcesOf("one").contains("items"));

            added.read("two");
            Map<String, Integer> expected = Map.of("0", 1, "1", 1, "2", 1, "3", 1, "4", 1, "5", 1);
            for (int shard = 0; shard < expected.size(); shard++) {
                SimulatedSource.put(added.stream().roots().get(shard), Integer.toString(shard), 1);
            }
            await().atMost(LONG).untilAsserted(() -> assertThat(added.rows()).isEqualTo(expected));
            SimulatedSource.put(known.stream().roots().get(0), "a", 1);
            await().atMost(LONG).until(() -> known.rows().equals(Map.of("a", 1)));
            // Until a worker has recorded its sources, it counts as one that reads all, and may get a lease and give it
            // back.
            await().atMost(LONG).until(() -> known.leasesByOwner().equals(Map.of("one", 2L)));
            await().atMost(LONG).until(() -> added.leasesByOwner().equals(Map.of("two", 6L)));

            SimulatedShard free = added.stream().roots().get(0);
            added.free(free);
            await().atMost(LONG).until(() -> added.leasesByOwner().equals(Map.of("two", 6L)));
            SimulatedSource.put(free, "0", 2);
            await().atMost(LONG)
                    .until(() -> Integer.valueOf(2).equals(added.rows().get("0")));
        }
    }

    /** It would be renewed for a day, as long as it is in the table. */
    @Test
    void theLeaseOfAFinishedShardIsRenewedNoMore() throws Exception {
        try (SimulatedSource source = new SimulatedSource(dynamo, 1)) {
            source.read("one");
            SimulatedShard first = source.onlyShard();
            SimulatedShard child = first.roll();
            SimulatedSource.put(child, "a", 1);
            await().atMost(LONG).until(() -> source.rows().equals(Map.of("a", 1)));
            await().atMost(LONG).until(() -> {
                String before = source.lease(first).get("leaseCounter").n();
                String open = source.lease(child).get("leaseCounter").n();
                await().atMost(LONG)
                        .until(() -> Long.parseLong(
                                        source.lease(child).get("leaseCounter").n())
                                > Long.parseLong(open) + 3);
                return source.lease(first).get("leaseCounter").n().equals(before);
            });
            assertThat(source.checkpoint(first)).isEqualTo("SHARD_END");
            assertThat(source.leaseKeys())
                    .as("leases, of which that of the child names its source")
                    .containsExactlyInAnyOrder("items/" + first.id(), "items/" + child.id());
        }
    }
}
