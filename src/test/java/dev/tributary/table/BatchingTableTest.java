package dev.tributary.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

class BatchingTableTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    /** More than go alone and at once. */
    private static final int MANY = 60;

    private final ConcurrentLinkedQueue<SdkRequest> sent = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean denied = new AtomicBoolean();
    private final DynamoDbAsyncClient client = dynamo.configure(DynamoDbAsyncClient.builder())
            .overrideConfiguration(override -> override.addExecutionInterceptor(new ExecutionInterceptor() {
                @Override
                public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
                    sent.add(context.request());
                    if (denied.get() && context.request() instanceof BatchExecuteStatementRequest) {
                        throw accessDenied();
                    }
                }
            }))
            .build();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final String name = dynamo.createTable("target", "city:S, id:S");
    private final BatchingTable table = new BatchingTable(
            new TargetTable(client, name, Policies.USUAL),
            BatchingTable.Limits.batchSize(BatchingTable.MAX_BATCH),
            timer);

    @AfterEach
    void close() {
        client.close();
        timer.shutdownNow();
    }

    @Test
    void aSingleWriteIsSentAtOnceAndWithoutPartiQl() {
        assertThat(applyAll(table, List.of(upsert(0, 1)))).containsExactly(Outcome.APPLIED);
        assertThat(batches()).isZero();
    }

    @Test
    void manyWritesShareCalls() {
        assertThat(applyAll(table, writes(n -> upsert(n, 1)))).containsOnly(Outcome.APPLIED);
        assertThat(rows(name)).hasSize(MANY);
        assertThat(batches()).isPositive();
        assertThat(sent.size()).isLessThan(MANY / 3);
    }

    @Test
    void withABatchSizeOfOneEveryWriteUsesASingleCall() {
        BatchingTable alone = new BatchingTable(
                new TargetTable(client, name, Policies.USUAL), BatchingTable.Limits.batchSize(1), timer);
        assertThat(applyAll(alone, writes(n -> upsert(n, 1)))).containsOnly(Outcome.APPLIED);
        assertThat(batches()).isZero();
    }

    @Test
    void rowsWrittenInBatchesAreThoseWrittenAlone() {
        String otherName = dynamo.createTable("alone", "city:S, id:S");
        BatchingTable alone = new BatchingTable(
                new TargetTable(client, otherName, Policies.USUAL), BatchingTable.Limits.batchSize(1), timer);
        Map<String, AttributeValue> narrow = Map.of("n", AttributeValue.fromN("1"));
        Map<String, AttributeValue> wide = everyType();
        for (BatchingTable each : List.of(table, alone)) {
            applyAll(each, writes(n -> upsert(n, 1, n % 2 == 0 ? narrow : wide, Set.of())));
            applyAll(each, writes(n -> upsert(n, 2, n % 2 == 0 ? wide : narrow, names(n % 2 == 0 ? narrow : wide))));
            applyAll(
                    each,
                    writes(n -> n % 3 == 0 ? delete(n, 3) : upsert(n, 3, wide, names(n % 2 == 0 ? wide : narrow))));
        }
        assertThat(batches()).isGreaterThan(5);
        assertThat(rows(name)).hasSize(MANY * 2 / 3).containsExactlyInAnyOrderElementsOf(rows(otherName));
    }

    @Test
    void olderAndRepeatedWritesOfABatchChangeNothing() {
        Map<String, AttributeValue> narrow = Map.of("n", AttributeValue.fromN("1"));
        applyAll(table, writes(n -> upsert(n, 5)));
        List<Map<String, AttributeValue>> rested = rows(name);
        for (int version : List.of(5, 4)) {
            Outcome outcome = version == 5 ? Outcome.APPLIED : Outcome.SUPERSEDED;
            assertThat(applyAll(table, writes(n -> upsert(n, version)))).containsOnly(outcome);
            assertThat(applyAll(table, writes(n -> upsert(n, version, narrow, names(narrow)))))
                    .containsOnly(outcome);
            assertThat(applyAll(table, writes(n -> delete(n, version)))).containsOnly(Outcome.SUPERSEDED);
        }
        assertThat(rows(name)).containsExactlyInAnyOrderElementsOf(rested);
    }

    @Test
    void repeatedUpdatesShareCallsToo() {
        Map<String, AttributeValue> narrow = Map.of("n", AttributeValue.fromN("1"));
        applyAll(table, writes(n -> upsert(n, 1)));
        sent.clear();
        for (int repetition = 0; repetition < 2; repetition++) {
            assertThat(applyAll(table, writes(n -> upsert(n, 2, narrow, names(narrow)))))
                    .containsOnly(Outcome.APPLIED);
        }
        assertThat(sent.size()).isLessThan(2 * MANY / 3);
    }

    @Test
    void aRowThatIsNotAsTheStreamSaysIsReplacedWhole() {
        applyAll(table, writes(n -> upsert(n, 1, Map.of("stale", AttributeValue.fromS("s")), Set.of())));
        Map<String, AttributeValue> wanted = Map.of("n", AttributeValue.fromN("2"));
        assertThat(applyAll(table, writes(n -> upsert(n, 2, wanted, names(wanted)))))
                .containsOnly(Outcome.APPLIED);
        assertThat(rows(name)).hasSize(MANY).noneMatch(row -> row.containsKey("stale"));
    }

    @Test
    void aRowThatShouldBeThereAndIsNotComes() {
        assertThat(applyAll(table, writes(n -> upsert(n, 1, Map.of(), names(Map.of())))))
                .containsOnly(Outcome.APPLIED);
        assertThat(rows(name)).hasSize(MANY);
    }

    @Test
    void aBadWriteOfABatchFailsAloneAndForItsOwnReason() {
        Map<String, AttributeValue> tooLarge = Map.of("text", AttributeValue.fromS("x".repeat(400 * 1024)));
        List<CompletableFuture<Outcome>> answers =
                start(table, writes(n -> upsert(n, 1, n == 40 ? tooLarge : Map.of(), Set.of())), () -> true);
        assertThatThrownBy(() -> answers.get(40).join())
                .satisfies(thrown -> assertThat(WriteFailure.of(thrown).kind()).isEqualTo(WriteFailure.Kind.SCHEMA));
        answers.remove(40);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(Outcome.APPLIED));
    }

    @Test
    void largeRowsShareCallsThatStaySmall() {
        Map<String, AttributeValue> large = Map.of("text", AttributeValue.fromS("x".repeat(60 * 1024)));
        // Calls may be answered as quickly as writes are submitted, and then none of them waits for others.
        for (int round = 1; batches() == 0 && round <= 100; round++) {
            int version = round;
            assertThat(applyAll(table, writes(n -> upsert(n, version, large, Set.of()))))
                    .containsOnly(Outcome.APPLIED);
        }
        assertThat(sent.stream()
                        .filter(BatchExecuteStatementRequest.class::isInstance)
                        .map(BatchExecuteStatementRequest.class::cast))
                .isNotEmpty()
                .allMatch(batch -> batch.statements().size() <= 4);
    }

    @Test
    void anEmptyKeyInABatchFailsAloneAndForItsOwnReason() {
        Item empty = new Item(Map.of("city", AttributeValue.fromS(""), "id", AttributeValue.fromS("")));
        List<CompletableFuture<Outcome>> answers = start(
                table,
                writes(n -> n == 40 ? new TargetWrite.Upsert(stamp(n, 1), new Row(empty, empty)) : upsert(n, 1)),
                () -> true);
        assertThatThrownBy(() -> answers.get(40).join())
                .satisfies(thrown -> assertThat(WriteFailure.of(thrown).kind()).isEqualTo(WriteFailure.Kind.SCHEMA));
        answers.remove(40);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(Outcome.APPLIED));
    }

    @Test
    void aNameThatNeedsEscapingUsesASingleCall() {
        Map<String, AttributeValue> odd = Map.of("it's \"odd\"", AttributeValue.fromBool(true));
        applyAll(table, writes(n -> upsert(n, 1, odd, Set.of())));
        assertThat(rows(name)).hasSize(MANY).allMatch(row -> row.keySet().containsAll(odd.keySet()));
    }

    @Test
    void aStatementThatWouldBeTooLongUsesASingleCall() {
        Map<String, AttributeValue> many = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            many.put("an_attribute_with_quite_a_long_name_" + i, AttributeValue.fromN("1"));
        }
        applyAll(table, writes(n -> upsert(n, 1, many, Set.of())));
        assertThat(rows(name)).hasSize(MANY).allMatch(row -> row.keySet().containsAll(many.keySet()));
    }

    @Test
    void twoItemsThatWantTheSameRowDoNotShareACall() {
        List<TargetWrite> same = writes(n -> new TargetWrite.Upsert(stamp(n, 1), row(0, Map.of())));
        applyAll(table, same);
        assertThat(rows(name)).hasSize(1);
    }

    @Test
    void aWriteThatLosesItsLeaseWhileItWaitsIsNotSent() {
        AtomicBoolean held = new AtomicBoolean(true);
        List<CompletableFuture<Outcome>> answers = start(table, writes(n -> upsert(n, 1)), () -> {
            boolean holds = held.get();
            held.set(sent.size() < 4); // the lease goes when four calls are made
            return holds;
        });
        assertThat(answers.stream().filter(BatchingTableTest::isCancelled)).hasSizeGreaterThan(MANY / 2);
        assertThat(answers.stream().filter(answer -> !isCancelled(answer)))
                .hasSize(rows(name).size());
    }

    @Test
    void writesUseSingleCallsIfBatchesAreDenied() {
        denied.set(true);
        assertThat(applyAll(table, writes(n -> upsert(n, 1)))).containsOnly(Outcome.APPLIED);
        long refused = batches();
        assertThat(refused).isPositive();
        assertThat(applyAll(table, writes(n -> upsert(n, 2)))).containsOnly(Outcome.APPLIED);
        assertThat(batches()).isEqualTo(refused);
    }

    /** Permissions change while the daemon runs. */
    @Test
    void aBatchIsTriedAMinuteAfterADenial() {
        AtomicLong nanos = new AtomicLong();
        BatchingTable patient = new BatchingTable(
                new TargetTable(client, name, Policies.USUAL),
                BatchingTable.Limits.batchSize(BatchingTable.MAX_BATCH),
                timer,
                nanos::get);
        denied.set(true);
        applyAll(patient, writes(n -> upsert(n, 1)));
        long refused = batches();
        denied.set(false);
        applyAll(patient, writes(n -> upsert(n, 2)));
        assertThat(batches()).isEqualTo(refused);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(applyAll(patient, writes(n -> upsert(n, 3)))).containsOnly(Outcome.APPLIED);
        assertThat(batches()).isGreaterThan(refused);
    }

    private static boolean isCancelled(CompletableFuture<Outcome> answer) {
        return answer.handle((outcome, thrown) -> thrown instanceof CancellationException)
                .join();
    }

    private static List<TargetWrite> writes(IntFunction<TargetWrite> write) {
        return IntStream.range(0, MANY).mapToObj(write).toList();
    }

    private static List<Outcome> applyAll(BatchingTable to, List<TargetWrite> writes) {
        return start(to, writes, () -> true).stream()
                .map(CompletableFuture::join)
                .toList();
    }

    private static List<CompletableFuture<Outcome>> start(
            BatchingTable to, List<TargetWrite> writes, BooleanSupplier permitted) {
        List<CompletableFuture<Outcome>> answers = new ArrayList<>();
        writes.forEach(write -> answers.add(to.apply(write, permitted)));
        return answers;
    }

    private long batches() {
        return sent.stream()
                .filter(BatchExecuteStatementRequest.class::isInstance)
                .count();
    }

    private static List<Map<String, AttributeValue>> rows(String table) {
        return dynamo.client().scanPaginator(scan -> scan.tableName(table).consistentRead(true)).items().stream()
                .toList();
    }

    private static TargetWrite upsert(int n, int version) {
        return upsert(n, version, Map.of("n", AttributeValue.fromN("1")), Set.of());
    }

    private static TargetWrite upsert(
            int n, int version, Map<String, AttributeValue> attributes, Set<String> replaced) {
        return new TargetWrite.Upsert(stamp(n, version), row(n, attributes), replaced);
    }

    private static TargetWrite delete(int n, int version) {
        return new TargetWrite.Delete(stamp(n, version), Set.of(key(n)));
    }

    /** Of a row with these attributes. */
    private static Set<String> names(Map<String, AttributeValue> attributes) {
        return row(0, attributes).item().attributes().keySet();
    }

    private static Row row(int n, Map<String, AttributeValue> attributes) {
        Map<String, AttributeValue> all = new HashMap<>(attributes);
        all.putAll(key(n).attributes());
        return new Row(key(n), new Item(all));
    }

    private static Item key(int n) {
        return new Item(Map.of("city", AttributeValue.fromS("city" + n % 7), "id", AttributeValue.fromS("id" + n)));
    }

    private static VersionStamp stamp(int n, int version) {
        return new VersionStamp(
                new ItemKey("users/" + n),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.ofEpochSecond(60));
    }

    private static Map<String, AttributeValue> everyType() {
        Map<String, AttributeValue> attributes = new HashMap<>(Map.of(
                "text", AttributeValue.fromS("Z\u00fcrich \u0000 'quoted'"),
                "empty-text", AttributeValue.fromS(""),
                "number", AttributeValue.fromN("12345678901234567890123456789012345678"),
                "binary", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 127, -128})),
                "true", AttributeValue.fromBool(true),
                "null", AttributeValue.fromNul(true),
                "texts", AttributeValue.fromSs(List.of("a", "b")),
                "numbers", AttributeValue.fromNs(List.of("1", "2.5")),
                "select.from#where:@_1", AttributeValue.fromBs(List.of(SdkBytes.fromUtf8String("x")))));
        attributes.put(
                "list", AttributeValue.fromL(List.of(AttributeValue.fromM(Map.of()), AttributeValue.fromL(List.of()))));
        attributes.put("map", AttributeValue.fromM(Map.of("deep", AttributeValue.fromNs(List.of("7")))));
        return attributes;
    }

    private static RuntimeException accessDenied() {
        DynamoDbException.Builder denied = DynamoDbException.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("AccessDeniedException")
                        .errorMessage("not authorized to perform dynamodb:PartiQLInsert")
                        .build());
        return (RuntimeException) denied.build();
    }
}
