package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.latewrite.LateWriteTiming;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.latewrite.RouteLateWrites;
import dev.tributary.latewrite.ShardLateWrites;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/** Which removals are repeated, when, by which worker, and at what cost; in virtual time. */
class LateWritesTest {

    private static final Duration HORIZON = Duration.ofMinutes(15);
    private static final Duration ALLOWANCE = Duration.ofSeconds(30);
    private static final LateWriteTiming TIMING = new LateWriteTiming(HORIZON, ALLOWANCE, Duration.ofMinutes(1));

    private final VirtualTime time = new VirtualTime();
    private final FakeTables tables = new FakeTables();
    private int calls;
    private boolean throwing;

    /** No call is answered before it. */
    private CompletableFuture<Void> answers = CompletableFuture.completedFuture(null);

    @BeforeEach
    void createTable() {
        tables.create(FakeDynamoDb.LATE_WRITES, "scope", "entry");
    }

    /** A process that reads shards of the source. */
    private final class Worker {
        private final SimulatedProcess process = new SimulatedProcess(time);
        private final List<String> removals = new ArrayList<>();
        private final LateWrites late;
        private final RouteLateWrites route;
        private boolean targetFails;

        Worker(String name) {
            this(name, "users.by-city", "table");
        }

        Worker(String name, String routeName, String table) {
            FakeDynamoDb client = new FakeDynamoDb(tables, counting());
            late = LateWrites.ofDaemon(
                    new LateWriteTable(client, FakeDynamoDb.LATE_WRITES, Duration.ofSeconds(1)),
                    "users",
                    name,
                    TIMING,
                    () -> Instant.ofEpochSecond(1_000_000).plusMillis(time.now()),
                    new VirtualTimer(time, asked -> asked, process::run),
                    new SimpleMeterRegistry());
            route = late.route(routeName, table, this::remove);
        }

        private CompletableFuture<Outcome> remove(TargetWrite write) {
            if (targetFails) {
                return CompletableFuture.failedFuture(new IllegalStateException("no answer"));
            }
            write.vacated()
                    .forEach(key -> removals.add(
                            seconds() + " " + key.attributes().get("city").s()));
            return CompletableFuture.completedFuture(Outcome.SUPERSEDED);
        }

        ShardLateWrites take(String shard) {
            ShardLateWrites taken = late.shard(shard);
            assertThat(taken.take()).isCompleted();
            assertThat(late.learnAndRepeat()).isCompleted();
            return taken;
        }

        void applied(TargetWrite write) {
            assertThat(route.settle(write, Optional.of(Outcome.APPLIED))).isCompleted();
        }
    }

    private FakeDynamoDb.Network counting() {
        return new FakeDynamoDb.Network() {
            @Override
            public <T> CompletableFuture<T> send(DynamoDbRequest request, Supplier<T> call) {
                calls++;
                if (throwing) {
                    throw new IllegalStateException("thrown at once");
                }
                return answers.thenCompose(begun -> DIRECT.send(request, call));
            }
        };
    }

    private long seconds() {
        return time.now() / 1_000;
    }

    private void pass(Duration duration) {
        long end = time.now() + duration.toMillis();
        time.in(duration.toMillis(), () -> {}); // time goes from event to event
        time.runUntil(() -> false, end);
    }

    private static VersionStamp stamp(int version) {
        return new VersionStamp(
                new ItemKey("users/ada"),
                Version.of("2026-11-21T00:00:00.000", "%021d".formatted(version)),
                Instant.EPOCH);
    }

    private static Item key(String city) {
        return new Item(Map.of("city", AttributeValue.fromS(city)));
    }

    private static TargetWrite put(int version, String city) {
        return new TargetWrite.Upsert(stamp(version), new Row(key(city), key(city)));
    }

    private static TargetWrite delete(int version, String city) {
        return new TargetWrite.Delete(stamp(version), Set.of(key(city)));
    }

    private static TargetWrite move(int version, String from, String to) {
        return new TargetWrite.Move(stamp(version), Set.of(key(from)), new Row(key(to), key(to)));
    }

    /** Hundreds are, when a process starts. */
    @Test
    void shardsThatAreTakenAtTheSameTimeShareTheReadOfWhatOthersHaveAnnounced() {
        Worker worker = new Worker("a");
        answers = new CompletableFuture<>();
        List<CompletableFuture<Void>> learned =
                Stream.generate(worker.late::learnAndRepeat).limit(100).toList();
        assertThat(learned).noneMatch(CompletableFuture::isDone);
        answers.complete(null);
        assertThat(learned).allSatisfy(one -> assertThat(one).isCompleted());
        assertThat(calls).isEqualTo(2);
    }

    @Test
    void whileEveryCallIsAnsweredNothingIsStoredForAChange() {
        Worker worker = new Worker("a");
        ShardLateWrites shard = worker.take("shard");
        int before = calls;
        worker.applied(put(1, "Oakland"));
        worker.applied(move(2, "Oakland", "Berkeley"));
        worker.applied(delete(3, "Berkeley"));
        assertThat(calls).isEqualTo(before);
        shard.release().join();
        assertThat(tables.rows(FakeDynamoDb.LATE_WRITES)).isEmpty();
    }

    @Test
    void aRemovalBehindAWriteThatWasGivenUpIsRepeatedUntilItsHorizon() {
        Worker worker = new Worker("a");
        worker.take("shard");
        worker.route.gaveUp(put(1, "Oakland"));
        worker.applied(put(1, "Oakland"));
        worker.applied(delete(2, "Oakland"));
        pass(Duration.ofMinutes(20));
        assertThat(worker.removals)
                .containsExactly("1 Oakland", "5 Oakland", "30 Oakland", "120 Oakland", "300 Oakland", "930 Oakland");
    }

    @Test
    void theOldKeyOfAMoveIsRepeatedAsADeleteIs() {
        Worker worker = new Worker("a");
        worker.take("shard");
        worker.route.gaveUp(put(1, "Oakland"));
        worker.applied(move(2, "Oakland", "Berkeley"));
        pass(Duration.ofSeconds(10));
        assertThat(worker.removals).contains("1 Oakland", "5 Oakland");
    }

    @Test
    void otherKeysAreNotRepeated() {
        Worker worker = new Worker("a");
        worker.take("shard");
        worker.route.gaveUp(put(1, "Oakland"));
        worker.applied(delete(2, "Berkeley"));
        pass(Duration.ofMinutes(20));
        assertThat(worker.removals).isEmpty();
    }

    @Test
    void theRowsOfARefusedMoveStay() {
        Worker worker = new Worker("a");
        worker.take("shard");
        worker.route.gaveUp(put(1, "Oakland"));
        worker.route.settle(move(2, "Oakland", "Berkeley"), Optional.empty()).join();
        pass(Duration.ofMinutes(20));
        assertThat(worker.removals).isEmpty();
    }

    /** Another item has the key, and frees it when it leaves. */
    @Test
    void aRowThatWasNotWrittenAllowsNoOlderOne() {
        Worker worker = new Worker("a");
        worker.take("shard");
        worker.route.gaveUp(put(1, "Oakland"));
        worker.route.settle(put(2, "Oakland"), Optional.of(Outcome.SUPERSEDED)).join();
        pass(Duration.ofSeconds(2));
        assertThat(worker.removals).containsExactly("1 Oakland");
    }

    /** After a crash every key counts, and a removal for each replayed change would be repeated in vain. */
    @Test
    void aReplayedWriteIsNotTakenForARowThatWasNotWritten() {
        tables.create("target", "city");
        TargetTable target = new TargetTable(new FakeDynamoDb(tables, counting()), "target", Policies.USUAL);
        new Worker("dead").take("shard");
        Worker worker = new Worker("a");
        worker.take("shard");
        for (TargetWrite write : List.of(put(1, "Oakland"), put(1, "Oakland"))) {
            Outcome outcome = target.apply(write, () -> true).join();
            worker.route.settle(write, Optional.of(outcome)).join();
        }
        pass(Duration.ofSeconds(2));
        assertThat(worker.removals).isEmpty();
    }

    @Test
    void afterTheHorizonNothingIsRepeatedAndNothingIsLeft() {
        Worker worker = new Worker("a");
        ShardLateWrites shard = worker.take("shard");
        worker.route.gaveUp(put(1, "Oakland"));
        worker.applied(put(1, "Oakland"));
        worker.applied(delete(2, "Oakland"));
        pass(HORIZON.plus(ALLOWANCE).plusSeconds(2));
        worker.removals.clear();
        worker.applied(delete(4, "Oakland"));
        pass(Duration.ofMinutes(20));
        assertThat(worker.removals).isEmpty();
        shard.release().join();
        assertThat(tables.rows(FakeDynamoDb.LATE_WRITES)).isEmpty();
    }

    @Test
    void theNextOwnerOfAShardThatWasNotReleasedRepeatsEveryRemoval() {
        new Worker("dead").take("shard");
        Worker next = new Worker("next");
        next.take("shard");
        next.applied(delete(2, "Oakland"));
        pass(Duration.ofSeconds(2));
        assertThat(next.removals).containsExactly("1 Oakland");
        pass(HORIZON.plus(ALLOWANCE));
        next.removals.clear();
        next.applied(delete(3, "Oakland"));
        pass(Duration.ofMinutes(20));
        assertThat(next.removals).isEmpty();
    }

    @Test
    void theNextOwnerOfAReleasedShardRepeatsNothing() {
        new Worker("a").take("shard").release().join();
        Worker next = new Worker("next");
        next.take("shard");
        next.applied(delete(2, "Oakland"));
        pass(Duration.ofMinutes(20));
        assertThat(next.removals).isEmpty();
    }

    @Test
    void expectedLateWritesOutliveTheWorkerThatReleasedItsShard() {
        Worker first = new Worker("a");
        ShardLateWrites shard = first.take("shard");
        first.route.gaveUp(put(1, "Oakland"));
        first.applied(put(1, "Oakland"));
        shard.release().join();
        first.process.kill();
        Worker next = new Worker("next");
        next.take("shard");
        next.applied(delete(2, "Oakland"));
        pass(Duration.ofSeconds(2));
        assertThat(next.removals).containsExactly("1 Oakland");
    }

    @Test
    void removalsOfADeadWorkerAreRepeatedByTheNextOwnerOfItsShard() {
        Worker first = new Worker("a");
        first.take("shard");
        first.route.gaveUp(put(1, "Oakland"));
        first.applied(delete(2, "Oakland"));
        first.process.kill();
        pass(Duration.ofSeconds(10));
        Worker next = new Worker("next");
        next.take("shard");
        pass(Duration.ofMinutes(20));
        assertThat(next.removals)
                .containsExactly("11 Oakland", "30 Oakland", "120 Oakland", "300 Oakland", "930 Oakland");
        assertThat(entries("a")).isZero();
    }

    @Test
    void removalsBelongToTheTargetTableAndNotToTheNameOfItsRoute() {
        Worker first = new Worker("a");
        first.take("shard");
        first.route.gaveUp(put(1, "Oakland"));
        first.applied(delete(2, "Oakland"));
        first.process.kill();
        pass(Duration.ofSeconds(10));
        Worker retargeted = new Worker("b", "users.by-city", "another table");
        retargeted.take("shard");
        Worker renamed = new Worker("c", "users.by-town", "table");
        renamed.take("another shard");
        pass(Duration.ofMinutes(20));
        assertThat(retargeted.removals).as("rows of another table").isEmpty();
        assertThat(renamed.removals)
                .containsExactly("11 Oakland", "30 Oakland", "120 Oakland", "300 Oakland", "930 Oakland");
    }

    /** As after a command that has ended, or a worker whose shards had ended. */
    @Test
    void removalsThatNoWorkerRepeatsAreFoundByEachReaderOfTheSource() {
        Worker other = new Worker("other");
        other.take("another shard");
        Worker first = new Worker("a");
        ShardLateWrites shard = first.take("shard");
        first.route.gaveUp(put(1, "Oakland"));
        first.applied(delete(2, "Oakland"));
        shard.release().join();
        first.process.kill();
        pass(Duration.ofMinutes(30));
        assertThat(other.removals).isNotEmpty();
        assertThat(entries("a")).isZero();
        assertThat(tables.rows(FakeDynamoDb.LATE_WRITES).keySet())
                .noneMatch(row -> row.get("entry").s().equals("worker/a"));
    }

    @Test
    void aRepetitionThatFailsIsMadeAgain() {
        Worker worker = new Worker("a");
        worker.take("shard");
        worker.route.gaveUp(put(1, "Oakland"));
        worker.applied(delete(2, "Oakland"));
        worker.targetFails = true;
        pass(HORIZON.plus(ALLOWANCE).plusMinutes(5));
        assertThat(entries("a")).isOne();
        worker.targetFails = false;
        pass(Duration.ofSeconds(2));
        assertThat(worker.removals).isNotEmpty();
        assertThat(entries("a")).isZero();
    }

    @Test
    void aCallThatThrowsAtOnceEndsNoRepetition() {
        Worker worker = new Worker("a");
        worker.take("shard");
        worker.route.gaveUp(put(1, "Oakland"));
        worker.applied(delete(2, "Oakland"));
        throwing = true;
        pass(Duration.ofMinutes(10));
        assertThat(worker.removals).isEmpty();
        throwing = false;
        pass(Duration.ofMinutes(10));
        assertThat(worker.removals).contains("930 Oakland");
        assertThat(entries("a")).isZero();
    }

    @Test
    void writesThatAreGivenUpShareAnnouncements() {
        Worker worker = new Worker("a");
        worker.take("shard");
        int before = calls;
        for (int i = 0; i < 1_000; i++) {
            worker.route.gaveUp(put(i, "city" + i));
            worker.applied(put(i, "city" + i));
        }
        assertThat(calls - before).isOne();
    }

    /** With more keys than are remembered, every removal counts. */
    @Test
    @Tag("slow")
    void noKeyIsForgottenWhereThereAreTooManyToRemember() {
        Worker worker = new Worker("a");
        worker.take("shard");
        for (int i = 0; i < 20_000; i++) {
            worker.route.gaveUp(put(i, "city" + i));
        }
        worker.applied(delete(30_000, "city19999"));
        pass(Duration.ofSeconds(2));
        assertThat(worker.removals).containsExactly("1 city19999");
    }

    /** A late release must not end the next holding of the shard. */
    @Test
    void aReleaseIsOfOneHoldingOnly() {
        Worker worker = new Worker("a");
        ShardLateWrites first = worker.take("shard");
        first.release().join();
        worker.take("shard");
        first.release().join();
        Worker next = new Worker("next");
        next.take("shard");
        next.applied(delete(2, "Oakland"));
        pass(Duration.ofSeconds(2));
        assertThat(next.removals).containsExactly("1 Oakland");
    }

    /** The removals that a worker has recorded. */
    private long entries(String worker) {
        return tables.rows(FakeDynamoDb.LATE_WRITES).keySet().stream()
                .filter(row -> row.get("scope").s().endsWith("/" + worker))
                .count();
    }
}
