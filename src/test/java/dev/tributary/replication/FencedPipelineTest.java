package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.model.AttributeType;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;

/** The calls that a pipeline makes while its fence opens and closes. */
class FencedPipelineTest {

    private static final String TABLE = "users_by_city";

    private final VirtualTime time = new VirtualTime();
    private final FakeTables tables = new FakeTables();
    private final HeldCalls calls = new HeldCalls();
    private final SwitchedFence fence = new SwitchedFence();
    private final FakeDynamoDb client = new FakeDynamoDb(tables, calls);
    private final VirtualTimer timer = new VirtualTimer(time);
    private final List<Throwable> failures = new ArrayList<>();
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final ReplicationPipeline pipeline = new ReplicationPipeline(
            List.of(new Route(
                    "users.by_city",
                    "table of " + "users.by_city",
                    new Projection(
                            TestRoute.to(TABLE).projection(),
                            new KeySchema(new KeyAttribute("city", AttributeType.S), Optional.empty())),
                    new BatchingTable(
                            new TargetTable(client, TABLE, Policies.USUAL),
                            new BatchingTable.Limits(4, 1, 3),
                            timer,
                            () -> time.now() * 1_000_000),
                    client.deadLetters("users.by_city", System::nanoTime, 100))),
            GivenLateWrites.none().shard("shard"),
            10,
            fence,
            timer,
            registry,
            new Health(),
            failures::add,
            () -> time.now() * 1_000_000);

    {
        tables.create(TABLE, "city");
    }

    /** Calls that continue when the test releases them. */
    private static final class HeldCalls implements FakeDynamoDb.Network {

        private final Deque<Runnable> held = new ArrayDeque<>();

        @Override
        public <T> CompletableFuture<T> send(DynamoDbRequest request, Supplier<T> call) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            held.add(() -> DIRECT.send(request, call).whenComplete((response, thrown) -> {
                if (thrown == null) {
                    answer.complete(response);
                } else {
                    answer.completeExceptionally(thrown);
                }
            }));
            return answer;
        }
    }

    private static final class SwitchedFence implements Fence {

        private boolean open = true;
        private boolean lost;

        @Override
        public boolean holds() {
            return open;
        }

        @Override
        public boolean lost() {
            return lost;
        }
    }

    @Test
    void aWriteThatALateRenewalHoldsBackIsMadeWhenTheFenceOpensAgain() throws Exception {
        fence.open = false;
        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        assertThat(time.runUntil(() -> !calls.held.isEmpty(), 1_000)).isFalse();
        fence.open = true;
        assertThat(time.runUntil(() -> !calls.held.isEmpty(), 2_000)).isTrue();
        calls.held.remove().run();
        assertThat(pipeline.checkpoint()).isEqualTo("1");
        assertThat(cities()).containsExactly("Oakland");
    }

    @Test
    void aChangeIsOpenFromWhenItWasTakenUntilItHasEnded() throws Exception {
        assertThat(pipeline.openFor()).isZero();
        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        time.runUntil(() -> time.now() >= 500, 1_000);
        pipeline.submit(insert(2, "Berkeley"), "2", () -> {});
        assertThat(pipeline.openFor()).isEqualTo(Duration.ofMillis(time.now()));
        while (!calls.held.isEmpty()) {
            calls.held.remove().run();
        }
        assertThat(pipeline.checkpoint()).isEqualTo("2");
        assertThat(pipeline.openFor()).isZero();
    }

    @Test
    void theLatencyOfAnAppliedChangeIsTheTimeSinceItWasMade() throws Exception {
        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        long made = stamp(1).createdAt().toEpochMilli();
        clock.add(made + 2_500 - clock.wallTime(), TimeUnit.MILLISECONDS);
        calls.held.remove().run();
        pipeline.submit(new Change.Modify(stamp(2), item("Oakland"), item("Oakland")), "2", () -> {});

        Timer latency = registry.get("tributary.latency").timer();
        assertThat(latency.count()).as("without the change that was filtered").isEqualTo(1);
        assertThat(latency.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2_500);
    }

    /** The time that is recorded in the lease, from which the time left until the stream is trimmed is derived. */
    @Test
    void everyChangeHasEndedUpToTheOldestOpenOneOrTheLastReadThatFoundNone() throws Exception {
        assertThat(pipeline.doneUntil()).as("before anything is known").isEmpty();
        pipeline.readEmpty(Instant.ofEpochSecond(50));
        assertThat(pipeline.doneUntil()).contains(Instant.ofEpochSecond(50));

        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        pipeline.readEmpty(Instant.ofEpochSecond(90));
        assertThat(pipeline.doneUntil()).as("with an open change").contains(Instant.ofEpochSecond(60));

        calls.held.remove().run();
        assertThat(pipeline.doneUntil()).contains(Instant.ofEpochSecond(90));
    }

    /** Otherwise a shard that catches up would seem to be read to its tip whenever no change is open. */
    @Test
    void withoutAnEmptyReadEveryChangeHasEndedUpToTheLastOneOnly() throws Exception {
        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        calls.held.remove().run();
        assertThat(pipeline.doneUntil()).contains(Instant.ofEpochSecond(60));
    }

    @Test
    void nothingIsSentOnceTheLeaseIsLostAndNoCheckpointPassesIt() throws Exception {
        fence.open = false;
        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        fence.lost = true;
        assertThat(pipeline.submit(insert(2, "Berkeley"), "2", () -> {}))
                .as("is taken")
                .isFalse();
        time.runOut();
        assertThat(calls.held).isEmpty();
        assertThat(pipeline.checkpoint()).isNull();
    }

    @Test
    void aFailedWriteIsNotTriedAgainOnceTheLeaseIsLost() throws Exception {
        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        fence.open = false;
        fence.lost = true;
        tables.listen((table, key, before, after) -> {
            throw InternalServerErrorException.builder().build();
        });
        calls.held.remove().run();
        time.runOut();
        assertThat(calls.held).isEmpty();
        assertThat(pipeline.checkpoint()).isNull();
    }

    /** The old row is not there, so the transaction is cancelled and the new row would be written by a separate call. */
    @Test
    void theSecondCallOfAMoveIsNotSentOnceTheFenceHasClosed() throws Exception {
        pipeline.submit(move(2, "Oakland", "Berkeley"), "2", () -> {});
        fence.open = false;
        fence.lost = true;
        calls.held.remove().run();
        time.runOut();
        assertThat(calls.held).isEmpty();
        assertThat(cities()).isEmpty();
        assertThat(pipeline.checkpoint()).isNull();
    }

    /** Only a restart helps: the change stays open, and later ones must not overtake it. */
    @Test
    void anErrorOfThisProgramIsFatalAndBlocksItsItem() throws Exception {
        NullPointerException bug = new NullPointerException("on purpose");
        tables.listen((table, key, before, after) -> {
            throw bug;
        });
        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        pipeline.submit(move(2, "Oakland", "Berkeley"), "2", () -> {});
        calls.held.remove().run();
        time.runOut();
        assertThat(calls.held).isEmpty();
        assertThat(pipeline.checkpoint()).isNull();
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("users.by_city: a change of ")
                .hasCause(bug));
    }

    @Test
    void aLostLeaseIsNoFatalError() throws Exception {
        pipeline.submit(insert(1, "Oakland"), "1", () -> {});
        pipeline.submit(move(2, "Oakland", "Berkeley"), "2", () -> {});
        fence.open = false;
        fence.lost = true;
        tables.listen((table, key, before, after) -> {
            throw InternalServerErrorException.builder().build();
        });
        calls.held.remove().run();
        time.runOut();
        assertThat(failures).isEmpty();
    }

    private List<String> cities() {
        return tables.rows(TABLE).keySet().stream()
                .map(key -> key.get("city").s())
                .toList();
    }

    private static Change insert(int version, String city) {
        return new Change.Insert(stamp(version), item(city));
    }

    private static Change move(int version, String from, String to) {
        return new Change.Modify(stamp(version), item(from), item(to));
    }

    private static Item item(String city) {
        return new Item(Map.of("city", AttributeValue.fromS(city)));
    }

    private static VersionStamp stamp(int version) {
        return new VersionStamp(
                new ItemKey("users/ada"),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.ofEpochSecond(60));
    }
}
