package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.stream.lease.StreamGap.Kind;
import dev.tributary.streams.Fault;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.telemetry.Health.Status;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Changes that the stream lost before they were read are in health, and are never passed silently. */
@Tag("slow")
class StreamGapTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(30);

    /** The adapter never deletes leases of younger shards. */
    private static final Duration OLD = Duration.ofHours(20);

    private final SimulatedSource source = new SimulatedSource(dynamo, 1, OLD);
    private final SimulatedShard shard = source.onlyShard();

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void aTrimmedCheckpointBlocksTheShardAndIsReported() throws Exception {
        String read = readOne();
        String lost = SimulatedSource.put(shard, "a", 2);
        SimulatedSource.put(shard, "a", 3);
        shard.trimThrough(lost);

        source.start("two");

        awaitGap(Kind.TRIMMED_CHECKPOINT, read);
        assertStandsStill(read);
    }

    @Test
    void recordsTrimmedUnderAnIteratorAreReported() throws Exception {
        source.read("one");
        String read = SimulatedSource.put(shard, "a", 1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(read));

        source.endpoint().faults().all(Operation.GetRecords, Fault.internalError());
        String lost = SimulatedSource.put(shard, "a", 2);
        SimulatedSource.put(shard, "a", 3);
        shard.trimThrough(lost);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.health().status()).isEqualTo(Status.DEGRADED));
        source.endpoint().faults().lift();

        awaitGap(Kind.TRIMMED_CHECKPOINT, read);
        assertStandsStill(read);
    }

    @Test
    void aShardThatVanishesWhileItIsReadIsNoFinishedShard() throws Exception {
        source.read("one");
        String read = SimulatedSource.put(shard, "a", 1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(read));

        shard.vanish();

        awaitGap(Kind.VANISHED_SHARD, read);
        assertStandsStill(read);
    }

    @Test
    void aShardThatVanishedBeforeTheStartIsNoFinishedShard() throws Exception {
        String read = readOne();
        SimulatedSource.put(shard, "a", 2);
        shard.vanish();

        source.start("two");

        awaitGap(Kind.VANISHED_SHARD, read);
        assertStandsStill(read);
    }

    @Test
    void theLeaseOfAVanishedShardOutlivesTheShardSync() throws Exception {
        String read = readOne();
        SimulatedSource.put(shard, "a", 2);
        shard.vanish();

        source.syncShards();

        assertThat(source.checkpoint(shard)).isEqualTo(read);
    }

    @Test
    void theLeasesOfADeletedStreamOutliveTheShardSync() throws Exception {
        String read = readOne();
        source.endpoint().delete(source.stream());

        source.syncShards();

        assertThat(source.checkpoint(shard)).isEqualTo(read);
    }

    @Test
    void leasesOfFinishedShardsAreStillCleanedUp() throws Exception {
        readOne();
        SimulatedShard child = shard.roll();
        SourceWorker two = source.start("two");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo("SHARD_END"));
        await().atMost(LONG).until(() -> source.endpoint().calls().count(Operation.GetRecords, child) > 0);
        source.stop(two);
        shard.vanish();

        source.syncShards();

        assertThat(source.lease(shard)).isEmpty();
        assertThat(source.lease(child)).isNotEmpty();
    }

    /** Reads one record and stops; returns the checkpoint after it. */
    private String readOne() throws Exception {
        SourceWorker one = source.read("one");
        String read = SimulatedSource.put(shard, "a", 1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(read));
        source.stop(one);
        return read;
    }

    private void awaitGap(Kind kind, String position) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(source.health().status()).isEqualTo(Status.DOWN);
            assertThat(source.health().detail())
                    .contains(kind.tag(), shard.id(), position, "source.items.gaps=continue");
        });
        assertThat(source.gapsMet(kind)).isEqualTo(1);
    }

    private void assertStandsStill(String position) {
        await().during(Duration.ofSeconds(1)).atMost(LONG).untilAsserted(() -> {
            assertThat(source.checkpoint(shard)).isEqualTo(position);
            assertThat(source.rows()).isEqualTo(Map.of("a", 1));
            assertThat(source.health().status()).isEqualTo(Status.DOWN);
        });
    }
}
