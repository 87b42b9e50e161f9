package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.table.BatchingTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;

/** Workers of a table large enough to have many shards. */
@Tag("slow")
class ManyShardsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void twoHundredShardsAreReadToTheirEnds() throws Exception {
        try (SimulatedSource source =
                new SimulatedSource(dynamo, 200).leases(Duration.ofSeconds(10)).polling(Duration.ofMillis(500))) {
            Map<String, Integer> expected = new HashMap<>();
            List<SimulatedShard> shards = source.stream().roots();
            for (int shard = 0; shard < shards.size(); shard++) {
                for (int record = 0; record < 3; record++) {
                    String id = "item-" + shard + "-" + record;
                    SimulatedSource.put(shards.get(shard), id, 1);
                    expected.put(id, 1);
                }
            }
            source.start("one");
            source.stream().disable();

            await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).isEqualTo(expected));
            await().atMost(LONG).untilAsserted(() -> assertThat(shards)
                    .allMatch(shard -> "SHARD_END".equals(source.checkpoint(shard))));
        }
    }

    /** KCL alone renews each lease and reads its checkpoint with a call of its own, one lease after the other. */
    @Test
    void theFirstStartOfAShardWritesItsLeaseAndReadsNothingForItAlone() {
        Map<String, Integer> calls = new ConcurrentHashMap<>();
        try (DynamoDbFront leases = new DynamoDbFront(dynamo.endpoint());
                SimulatedSource source = new SimulatedSource(dynamo, 60)
                        .leases(Duration.ofSeconds(12))
                        .leaseTable(leases.endpoint())) {
            leases.answerAfterwards(call -> {
                calls.merge(call.operation(), 1, Integer::sum);
                return Optional.empty();
            });
            source.start("one");
            await().atMost(LONG).untilAsserted(() -> assertThat(source.stream().roots())
                    .allMatch(shard -> source.endpoint().calls().count(Operation.GetRecords, shard) > 0));

            assertThat(calls.get("PutItem")).isBetween(60, 70);
            assertThat(calls.getOrDefault("GetItem", 0)).isLessThan(30);
            assertThat(calls.getOrDefault("UpdateItem", 0)).isLessThan(30);
        }
    }

    @Test
    void changesAreWholeAndInOrderWhileTheirShardsRollAndSplit() throws Exception {
        Writes writes = new Writes();
        try (SimulatedSource source = new SimulatedSource(dynamo, 10).writesSeenBy(writes)) {
            Lineage lineage = new Lineage(source, 40);
            List<String> early = new CopyOnWriteArrayList<>();
            source.endpoint().calls().listen((operation, shardId) -> {
                if (operation == Operation.GetShardIterator) {
                    // The table's rows, not the answers to writes: one that is given up on a busy machine may have
                    // succeeded.
                    Map<String, Integer> rows = source.rows();
                    lineage.lastOfParent(shardId).forEach((id, n) -> {
                        if (rows.getOrDefault(id, 0) < n) {
                            early.add(shardId + " is read, and " + id + " is still at " + rows.get(id));
                        }
                    });
                }
            });
            source.read("one");

            lineage.change();
            lineage.change();
            lineage.end(SimulatedShard::split);
            lineage.change();
            await().atMost(LONG).until(() -> source.rows().getOrDefault("item-0", 0) > 1);
            lineage.end(shard -> List.of(shard.roll()));
            lineage.change();
            lineage.end(shard -> List.of(shard.roll()));
            lineage.change();

            await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).isEqualTo(lineage.items));
            assertThat(lineage.shards).hasSize(10 + 20 + 20 + 20);
            // a shard without changes adds no row to wait for, and is read a moment later
            await().atMost(LONG).untilAsserted(() -> assertThat(lineage.shards.values())
                    .allMatch(shard -> source.endpoint().calls().count(Operation.GetShardIterator, shard) > 0));
            assertThat(early).isEmpty();
            assertThat(writes.byItem.values())
                    .allSatisfy(all -> assertThat(all).isSorted().doesNotHaveDuplicates());
        }
    }

    @Test
    void twoWorkersShareTheShardsAndOneContinuesWithAll() throws Exception {
        try (SimulatedSource source = new SimulatedSource(dynamo, 20)) {
            SourceWorker one = source.read("one");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(source.leasesByOwner()).isEqualTo(Map.of("one", 20L)));

            source.start("two");
            await().atMost(LONG).untilAsserted(() -> assertThat(source.leasesByOwner())
                    .hasEntrySatisfying("one", count -> assertThat(count).isBetween(8L, 12L))
                    .hasEntrySatisfying("two", count -> assertThat(count).isBetween(8L, 12L)));

            source.stop(one);
            Lineage lineage = new Lineage(source, 40);
            lineage.change();
            await().atMost(LONG).untilAsserted(() -> {
                assertThat(source.leasesByOwner()).isEqualTo(Map.of("two", 20L));
                assertThat(source.rows()).isEqualTo(lineage.items);
            });
        }
    }

    /** A call that waits for a connection loses part of the write timeout. */
    @Test
    void theWritesOfManyShardsAreNeverMoreThanOneTargetIsGiven() throws Exception {
        CallsUnderWay calls = new CallsUnderWay();
        // So that the calls under way do not all exceed their time on a slow machine.
        try (SimulatedSource source =
                new SimulatedSource(dynamo, 20).leases(Duration.ofSeconds(12)).writesSeenBy(calls)) {
            Map<String, Integer> expected = new HashMap<>();
            for (SimulatedShard shard : source.stream().roots()) {
                for (int record = 0; record < 100; record++) {
                    String id = shard.id() + "-" + record;
                    SimulatedSource.put(shard, id, 1);
                    expected.put(id, 1);
                }
            }
            source.start("one");
            await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).isEqualTo(expected));
            assertThat(calls.most.get()).isBetween(8, BatchingTable.MAX_CALLS);
        }
    }

    /** The largest number of concurrent calls. */
    private static final class CallsUnderWay implements ExecutionInterceptor {
        private final AtomicInteger now = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        @Override
        public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
        }

        @Override
        public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
            now.decrementAndGet();
        }

        @Override
        public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
            now.decrementAndGet();
        }
    }

    /** Items that change in turn, in a lineage of shards. */
    private static final class Lineage {
        private final SimulatedSource source;
        private final Map<String, Integer> items = new ConcurrentHashMap<>();
        private final Map<String, SimulatedShard> shards = new ConcurrentHashMap<>();

        /** The items of each shard and their last state in it. */
        private final Map<SimulatedShard, Map<String, Integer>> last = new ConcurrentHashMap<>();

        Lineage(SimulatedSource source, int count) {
            this.source = source;
            for (int item = 0; item < count; item++) {
                items.put("item-" + item, 0);
            }
            source.stream().roots().forEach(shard -> shards.put(shard.id(), shard));
        }

        void change() {
            items.replaceAll((id, n) -> {
                SimulatedShard shard = source.stream().root(id).open(id);
                SimulatedSource.put(shard, id, n + 1);
                last.computeIfAbsent(shard, key -> new ConcurrentHashMap<>()).put(id, n + 1);
                return n + 1;
            });
        }

        void end(Function<SimulatedShard, List<SimulatedShard>> how) {
            List.copyOf(shards.values()).stream()
                    .filter(shard -> !shard.ended())
                    .forEach(shard -> how.apply(shard).forEach(child -> shards.put(child.id(), child)));
        }

        Map<String, Integer> lastOfParent(String shardId) {
            SimulatedShard shard = shards.get(shardId);
            SimulatedShard parent = shard == null ? null : shard.parent();
            return parent == null ? Map.of() : last.getOrDefault(parent, Map.of());
        }
    }

    /** The writes to the target, in order. */
    private static final class Writes implements ExecutionInterceptor {
        private static final Pattern PARAMETER = Pattern.compile("[\"'](\\w+)[\"'](?:: | = | < )\\?");

        private final Map<String, List<Integer>> byItem = new ConcurrentHashMap<>();

        @Override
        public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
            if (context.request() instanceof PutItemRequest put) {
                add(put.item());
            } else if (context.request() instanceof BatchExecuteStatementRequest batch) {
                var answers = ((BatchExecuteStatementResponse) context.response()).responses();
                for (int i = 0; i < answers.size(); i++) {
                    if (answers.get(i).error() == null) {
                        add(parameters(batch.statements().get(i)));
                    }
                }
            }
        }

        private void add(Map<String, AttributeValue> row) {
            byItem.computeIfAbsent(row.get("id").s(), id -> new CopyOnWriteArrayList<>())
                    .add(Integer.parseInt(row.get("n").n()));
        }

        /** The parameters by the attribute names before them in the statement. */
        private static Map<String, AttributeValue> parameters(BatchStatementRequest statement) {
            Map<String, AttributeValue> parameters = new HashMap<>();
            Matcher name = PARAMETER.matcher(statement.statement());
            for (AttributeValue value : statement.parameters()) {
                assertThat(name.find()).isTrue();
                parameters.put(name.group(1), value);
            }
            return parameters;
        }
    }
}
