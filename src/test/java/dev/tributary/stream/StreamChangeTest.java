package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.stream.lease.StreamGap.Kind;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.streams.Fault;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.streams.SimulatedStream;
import dev.tributary.telemetry.Health.Status;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stream that is disabled, replaced or gone: the rest of it is read, and no other stream is read silently. */
@Tag("slow")
class StreamChangeTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(40);

    private final SimulatedSource source = new SimulatedSource(dynamo, 1);
    private final SimulatedStream old = source.stream();
    private final SimulatedShard shard = source.onlyShard();

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void anotherStreamIsReadOnlyAfterADecisionAndThenFromItsBeginning() throws Exception {
        SourceWorker one = source.gaps(GapPolicy.STOP).read("one");
        SimulatedSource.put(shard, "a", 1);
        awaitRows(Map.of("a", 1));

        source.replaceStream();
        String first = SimulatedSource.put(source.onlyShard(), "b", 1);

        awaitHealth(one, Status.DOWN, Kind.REPLACED_STREAM, source.stream().arn(), "source.items.gaps=continue");
        source.stop(one);
        SourceWorker two = source.start("two");
        awaitHealth(two, Status.DOWN, Kind.REPLACED_STREAM, source.stream().arn());
        assertThat(source.rows()).isEqualTo(Map.of("a", 1));
        assertThat(source.gapsMet(Kind.REPLACED_STREAM)).isEqualTo(2);
        source.stop(two);

        SourceWorker three = source.gaps(GapPolicy.CONTINUE).start("three");

        awaitRows(Map.of("a", 1, "b", 1));
        awaitPassed(three, Kind.REPLACED_STREAM, old.arn(), source.stream().arn());
        await().atMost(LONG).untilAsserted(() -> assertThat(source.checkpoint(source.onlyShard()))
                .isEqualTo(first));
        assertThat(source.checkpoint(shard)).isEqualTo("SHARD_END");
        source.stop(three);

        source.gaps(GapPolicy.STOP).start("four");
        SimulatedSource.put(source.onlyShard(), "c", 1);
        awaitRows(Map.of("a", 1, "b", 1, "c", 1));
    }

    @Test
    void theRestOfTheOldStreamIsReadFirst() throws Exception {
        SourceWorker one = source.gaps(GapPolicy.CONTINUE).read("one");
        source.endpoint().faults().all(Operation.GetRecords, shard, Fault.internalError());
        SimulatedSource.put(shard, "a", 1);
        SimulatedShard child = shard.roll();
        SimulatedSource.put(child, "a", 2);
        source.replaceStream();
        SimulatedSource.put(source.onlyShard(), "a", 3);

        awaitHealth(one, Status.DEGRADED, Kind.REPLACED_STREAM, "Reading what is left");
        assertThat(source.rows()).isEmpty();
        source.endpoint().faults().lift();

        awaitRows(Map.of("a", 3));
        awaitPassed(one, Kind.REPLACED_STREAM, source.stream().arn());
        // A change is counted after its row is there.
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(source.changes()).as("none is left out").isEqualTo(3));
    }

    @Test
    void shardsThatClosedWithTheStreamBeforeTheyHadALeaseAreRead() throws Exception {
        SourceWorker one = source.read("one");
        SimulatedSource.put(shard, "a", 1);
        awaitRows(Map.of("a", 1));
        source.stop(one);
        SimulatedShard child = shard.roll();
        SimulatedSource.put(child, "b", 1);
        SimulatedSource.put(child.roll(), "c", 1);
        old.disable();
        shard.vanish();

        SourceWorker two = source.gaps(GapPolicy.CONTINUE).start("two");

        awaitRows(Map.of("a", 1, "b", 1, "c", 1));
        awaitHealth(two, Status.DEGRADED, Kind.DISABLED_STREAM, "All changes in the old stream have been read");
    }

    @Test
    void allWorkersSwitchTogether() throws Exception {
        SourceWorker one = source.gaps(GapPolicy.CONTINUE).read("one");
        SourceWorker two = source.start("two");
        SimulatedSource.put(shard, "a", 1);
        awaitRows(Map.of("a", 1));

        source.replaceStream();
        SimulatedSource.put(source.onlyShard(), "b", 1);

        awaitRows(Map.of("a", 1, "b", 1));
        awaitPassed(one, Kind.REPLACED_STREAM, source.stream().arn());
        awaitPassed(two, Kind.REPLACED_STREAM, source.stream().arn());
        assertThat(source.gapsMet(Kind.VANISHED_SHARD))
                .as("shards of the one stream that are missing in the other")
                .isZero();
        for (SourceWorker other : new SourceWorker[] {one, two}) {
            source.stop(other);
        }
        source.start("three");
        SimulatedSource.put(source.onlyShard(), "c", 1);
        awaitRows(Map.of("a", 1, "b", 1, "c", 1));
    }

    @Test
    void aBlockedWorkerFollowsOneThatSwitchesStreams() throws Exception {
        SourceWorker one = source.gaps(GapPolicy.STOP).read("one");
        source.replaceStream();
        SimulatedSource.put(source.onlyShard(), "b", 1);
        awaitHealth(one, Status.DOWN, Kind.REPLACED_STREAM, "");

        SourceWorker two = source.gaps(GapPolicy.CONTINUE).start("two");

        awaitRows(Map.of("b", 1));
        awaitPassed(one, Kind.REPLACED_STREAM, source.stream().arn());
        source.stop(two);
        SimulatedSource.put(source.onlyShard(), "c", 1);
        awaitRows(Map.of("b", 1, "c", 1));
    }

    @Test
    void aDisabledStreamIsReadToItsEndAndThenTheSourceIsDown() throws Exception {
        SourceWorker one = source.read("one");
        SimulatedSource.put(shard, "a", 1);
        old.disable();

        awaitRows(Map.of("a", 1));
        awaitHealth(one, Status.DOWN, Kind.DISABLED_STREAM, old.arn(), "have been read", "source.items.gaps=continue");
        assertThat(source.gapsMet(Kind.DISABLED_STREAM)).isEqualTo(1);
    }

    @Test
    void withContinueTheNextStreamIsReadOnceOneIsEnabled() throws Exception {
        SourceWorker one = source.gaps(GapPolicy.CONTINUE).read("one");
        old.disable();
        awaitHealth(one, Status.DEGRADED, Kind.DISABLED_STREAM, "Waiting for a new one");

        source.replaceStream();
        SimulatedSource.put(source.onlyShard(), "b", 1);

        awaitRows(Map.of("b", 1));
        awaitPassed(one, Kind.REPLACED_STREAM, old.arn());
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatIsGoneUnreadSaysWhatWasNotRead(GapPolicy policy) throws Exception {
        SourceWorker one = source.read("one");
        String read = SimulatedSource.put(shard, "a", 1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(read));
        source.stop(one);
        SimulatedSource.put(shard, "lost", 1);
        source.replaceStream();
        SimulatedSource.put(source.onlyShard(), "b", 1);
        source.endpoint().delete(old);

        SourceWorker two = source.gaps(policy).start("two");

        if (policy.passes()) {
            awaitRows(Map.of("a", 1, "b", 1));
            awaitPassed(two, Kind.REPLACED_STREAM, shard.id(), read);
            assertThat(source.checkpoint(shard)).isEqualTo("SHARD_END");
        } else {
            awaitHealth(two, Status.DOWN, Kind.REPLACED_STREAM, "is gone", shard.id(), read);
            assertThat(source.checkpoint(shard)).isEqualTo(read);
        }
    }

    @Test
    void aStreamThatIsDeletedWhileItIsReadIsNoFinishedShard() throws Exception {
        SourceWorker one = source.read("one");
        String read = SimulatedSource.put(shard, "a", 1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(read));

        source.endpoint().delete(old);

        awaitHealth(one, Status.DOWN, Kind.DISABLED_STREAM, "is gone", shard.id(), read);
        assertThat(source.checkpoint(shard)).isEqualTo(read);
    }

    private void awaitRows(Map<String, Integer> expected) {
        await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).isEqualTo(expected));
    }

    private void awaitHealth(SourceWorker worker, Status status, Kind kind, String... expected) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(source.health(worker).status()).isEqualTo(status);
            assertThat(source.health(worker).detail()).contains(kind.tag()).contains(expected);
        });
    }

    /** Recorded, and in health. */
    private void awaitPassed(SourceWorker worker, Kind kind, String... expected) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(source.health(worker).status()).isEqualTo(Status.DEGRADED);
            assertThat(source.health(worker).detail()).contains("1 gap").contains(expected);
        });
        assertThat(source.state().read().orElseThrow().passed()).singleElement().satisfies(gap -> assertThat(gap.id())
                .startsWith(kind.tag() + "/"));
    }
}
