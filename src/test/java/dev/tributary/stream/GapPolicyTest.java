package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.stream.lease.StreamGap.Kind;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.streams.Fault;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.telemetry.Health.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The effect of the policies on gaps in a shard: with {@code continue}, reading continues and the gap is reported until it
 * is acknowledged; with the others, the shard is blocked, also after a restart.
 */
@Tag("slow")
class GapPolicyTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(30);

    private final SimulatedSource source = new SimulatedSource(dynamo, 1);
    private final SimulatedShard shard = source.onlyShard();

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void pastATrimmedCheckpointReadingContinuesWithTheOldestChange() throws Exception {
        String read = readOne();
        String lost = SimulatedSource.put(shard, "lost", 1);
        SimulatedSource.put(shard, "b", 1);
        shard.trimThrough(lost);

        SourceWorker two = source.gaps(GapPolicy.CONTINUE).start("two");

        awaitRows(Map.of("a", 1, "b", 1));
        awaitPassed(Kind.TRIMMED_CHECKPOINT, shard.id(), read);
        assertThat(source.gapsMet(Kind.TRIMMED_CHECKPOINT)).isEqualTo(1);
        source.stop(two);
        source.start("three");
        SimulatedSource.put(shard, "c", 1);
        awaitRows(Map.of("a", 1, "b", 1, "c", 1));
        awaitPassed(Kind.TRIMMED_CHECKPOINT, shard.id(), read);
        assertThat(source.gapsMet(Kind.TRIMMED_CHECKPOINT))
                .as("the gap lies behind the checkpoint")
                .isEqualTo(1);
    }

    @Test
    void pastRecordsTrimmedUnderAnIteratorReadingContinues() throws Exception {
        SourceWorker one = source.gaps(GapPolicy.CONTINUE).read("one");
        String read = SimulatedSource.put(shard, "a", 1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(read));
        source.endpoint().faults().all(Operation.GetRecords, Fault.internalError());
        String lost = SimulatedSource.put(shard, "lost", 1);
        SimulatedSource.put(shard, "b", 1);
        shard.trimThrough(lost);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.health(one).status()).isEqualTo(Status.DEGRADED));

        source.endpoint().faults().lift();

        awaitRows(Map.of("a", 1, "b", 1));
        awaitPassed(Kind.TRIMMED_CHECKPOINT, shard.id(), read);
    }

    @Test
    void anAcknowledgedGapIsNoLongerShown() throws Exception {
        String read = readOne();
        String lost = SimulatedSource.put(shard, "lost", 1);
        shard.trimThrough(lost);
        SourceWorker two = source.gaps(GapPolicy.CONTINUE).start("two");
        awaitPassed(Kind.TRIMMED_CHECKPOINT, shard.id(), read);

        source.state().acknowledge(source.state().read().orElseThrow().passed(), 0);

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.health(two).status()).isEqualTo(Status.UP));
    }

    @Test
    void theLeaseOfAVanishedShardEndsSoThatTheNextOneIsRead() throws Exception {
        String read = readOne();
        SimulatedSource.put(shard, "lost", 1);
        SimulatedShard child = shard.roll();
        SimulatedSource.put(child, "b", 1);
        shard.vanish();

        SourceWorker two = source.gaps(GapPolicy.CONTINUE).start("two");

        awaitRows(Map.of("a", 1, "b", 1));
        awaitPassed(Kind.VANISHED_SHARD, shard.id(), read);
        assertThat(source.checkpoint(shard)).isEqualTo("SHARD_END");
        source.stop(two);
        source.start("three");
        SimulatedSource.put(child, "c", 1);
        awaitRows(Map.of("a", 1, "b", 1, "c", 1));
    }

    @Test
    void aWholeLineageOfVanishedShardsIsPassed() throws Exception {
        String read = readOne();
        SimulatedShard child = shard.roll();
        SimulatedSource.put(child, "lost", 1);
        SimulatedShard grandchild = child.roll();
        SimulatedSource.put(grandchild, "b", 1);
        shard.vanish();
        child.vanish();

        source.gaps(GapPolicy.CONTINUE).start("two");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo("SHARD_END"));
        source.syncShards();

        awaitRows(Map.of("a", 1, "b", 1));
        awaitPassed(Kind.VANISHED_SHARD, shard.id(), read);
    }

    @Test
    void aShardThatWasNotReadForADayIsAGap() throws Exception {
        readOne();
        SimulatedShard child = shard.roll();
        SimulatedSource.put(child, "b", 1);

        SourceWorker two = source.later(Duration.ofHours(25)).start("two");
        awaitDown(Kind.UNREAD_SHARD, child.id());
        assertThat(source.rows()).isEqualTo(Map.of("a", 1));
        source.stop(two);

        source.gaps(GapPolicy.CONTINUE).start("three");
        awaitRows(Map.of("a", 1, "b", 1));
        awaitPassed(Kind.UNREAD_SHARD, child.id());
    }

    @Test
    void aShardThatWasOldWhenReadingBeganIsReadFromItsOldestChange() throws Exception {
        try (SimulatedSource old = new SimulatedSource(dynamo, 1, Duration.ofHours(30))) {
            SimulatedSource.put(old.onlyShard(), "a", 1);
            old.start("one");
            await().atMost(LONG).untilAsserted(() -> assertThat(old.rows()).isEqualTo(Map.of("a", 1)));
            assertThat(old.health().status()).isEqualTo(Status.UP);
        }
    }

    @Test
    void withStopAShardStandsStillAlsoAfterARestartAndSaysWhatToDo() throws Exception {
        String read = readOne();
        String lost = SimulatedSource.put(shard, "a", 2);
        SimulatedSource.put(shard, "a", 3);
        shard.trimThrough(lost);
        source.gaps(GapPolicy.STOP);

        for (String worker : List.of("two", "three")) {
            SourceWorker started = source.start(worker);
            awaitDown(Kind.TRIMMED_CHECKPOINT, shard.id());
            assertThat(source.health(started).detail())
                    .contains("source.items.gaps=stop", "source.items.gaps=resync")
                    .contains("source.items.gaps=continue");
            await().during(Duration.ofSeconds(1)).atMost(LONG).untilAsserted(() -> {
                assertThat(source.checkpoint(shard)).isEqualTo(read);
                assertThat(source.rows()).isEqualTo(Map.of("a", 1));
            });
            source.stop(started);
        }
        assertThat(source.state().read().orElseThrow().passed()).isEmpty();
    }

    @Test
    void theConditionOfAShardIsReportedByTheWorkerThatReadsIt() throws Exception {
        String read = readOne();
        String lost = SimulatedSource.put(shard, "a", 2);
        shard.trimThrough(lost);
        SourceWorker one = source.start("one");
        awaitDown(Kind.TRIMMED_CHECKPOINT, read);
        SourceWorker two = source.start("two");

        source.give(shard, "two");

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.health(two).status()).isEqualTo(Status.DOWN));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.health(one).status()).isNotEqualTo(Status.DOWN));
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

    private void awaitRows(Map<String, Integer> expected) {
        await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).isEqualTo(expected));
    }

    private void awaitDown(Kind kind, String place) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(source.health().status()).isEqualTo(Status.DOWN);
            assertThat(source.health().detail()).contains(kind.tag(), place);
        });
        assertThat(source.gapsMet(kind)).isPositive();
    }

    /** Recorded, counted, and in health. */
    private void awaitPassed(Kind kind, String... place) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(source.health().status()).isEqualTo(Status.DEGRADED);
            assertThat(source.health().detail()).contains("1 gap").contains(place);
        });
        assertThat(source.gapsMet(kind)).isPositive();
        assertThat(source.state().read().orElseThrow().passed()).singleElement().satisfies(gap -> {
            assertThat(gap.id()).startsWith(kind.tag() + "/");
            assertThat(gap.description()).contains(place);
        });
    }
}
