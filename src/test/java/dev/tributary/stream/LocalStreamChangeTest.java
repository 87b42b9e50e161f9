package dev.tributary.stream;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.projection.Projection;
import dev.tributary.replication.Route;
import dev.tributary.replication.TestRoute;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.stream.read.ReaderThreads;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** A real stream that is disabled and enabled again, or deleted with its table; DynamoDB Local keeps the old one readable. */
@Tag("slow")
class LocalStreamChangeTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(40);

    private final ExecutorService readers = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final List<SourceWorker> running = new ArrayList<>();
    /** A table whose stream is older than that of the items. */
    private final String replica = dynamo.createTable("replica", "id:S", true);

    private final String items = dynamo.createTable("items", "id:S", true);
    private final String copies = dynamo.createTable("copies", "id:S");
    private String leaseTable = "leases-" + UUID.randomUUID();
    private String read = items;
    private String identity = "items";
    private Health health = new Health();

    @AfterEach
    void stopWorkers() throws InterruptedException {
        for (SourceWorker worker : List.copyOf(running)) {
            stop(worker);
        }
        readers.shutdownNow();
        timer.shutdownNow();
        assertThat(fatal).isEmpty();
    }

    @Test
    void aStreamReplacedWhileNoWorkerRunsIsReadBeforeItsSuccessor() throws Exception {
        SourceWorker one = start("one", GapPolicy.CONTINUE);
        put("a", 1);
        awaitRows(Map.of("a", 1));
        stop(one);
        put("b", 1);
        streams(false);
        put("lost", 1);
        streams(true);
        put("c", 1);

        start("two", GapPolicy.CONTINUE);

        awaitRows(Map.of("a", 1, "b", 1, "c", 1));
        awaitHealth(Status.DEGRADED, "1 gap");
    }

    @Test
    void aStreamThatIsReplacedWhileItIsReadWaitsForADecision() throws Exception {
        SourceWorker one = start("one", GapPolicy.STOP);
        put("a", 1);
        awaitRows(Map.of("a", 1));
        streams(false);
        awaitHealth(Status.DOWN, StreamGap.Kind.DISABLED_STREAM.tag());
        streams(true);
        put("b", 1);
        awaitHealth(Status.DOWN, StreamGap.Kind.REPLACED_STREAM.tag());
        assertThat(rows()).isEqualTo(Map.of("a", 1));
        stop(one);

        start("two", GapPolicy.CONTINUE);

        awaitRows(Map.of("a", 1, "b", 1));
    }

    @Test
    void aTableThatIsCreatedAgainIsReadFromItsBeginning() throws Exception {
        start("one", GapPolicy.CONTINUE);
        put("a", 1);
        awaitRows(Map.of("a", 1));
        dynamo.client().deleteTable(request -> request.tableName(items));
        awaitHealth(Status.DEGRADED, StreamGap.Kind.DISABLED_STREAM.tag());
        dynamo.client().createTable(request -> request.tableName(items)
                .billingMode("PAY_PER_REQUEST")
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("id")
                        .attributeType("S")
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("id")
                        .keyType("HASH")
                        .build())
                .streamSpecification(
                        stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
        put("a", 2);

        awaitRows(Map.of("a", 2));
        awaitHealth(Status.DEGRADED, "1 gap");
    }

    @Test
    void aSourceMovesToAReplicaWithAnOlderStreamAndBack() throws Exception {
        SourceWorker one = start("one", GapPolicy.STOP);
        put("a", 1);
        awaitRows(Map.of("a", 1));
        stop(one);
        read = replica;
        leaseTable = "leases-" + UUID.randomUUID();
        put("a", 2);
        SourceWorker two = start("two", GapPolicy.STOP);
        awaitRows(Map.of("a", 2));
        stop(two);
        read = items;
        leaseTable = "leases-" + UUID.randomUUID();
        put("a", 3);

        start("three", GapPolicy.STOP);

        awaitRows(Map.of("a", 3));
    }

    @Test
    void aSourceDoesNotContinueUnderAnotherIdentity() throws Exception {
        stop(start("one", GapPolicy.STOP));
        identity = "others";
        assertThatThrownBy(() -> start("two", GapPolicy.STOP))
                .isInstanceOf(SourceStartException.class)
                .hasMessageContaining("source.items.identity = others")
                .hasMessageContaining("set source.items.identity=items");
    }

    /** The stream of the former table has no end as long as that table exists. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSourceDoesNotContinueWithTheStreamOfAnotherTable(boolean streamEnabled) throws Exception {
        read = replica;
        stop(start("one", GapPolicy.CONTINUE));
        read = streamEnabled ? items : copies;
        assertThatThrownBy(() -> start("two", GapPolicy.CONTINUE))
                .isInstanceOf(SourceStartException.class)
                .hasMessageContaining("source.items.table = " + items)
                .hasMessageContaining("the workers have read arn:aws:dynamodb:")
                .hasMessageContaining("table/" + replica + ". ")
                .hasMessageContaining("`tributary forget items --yes`");
    }

    private void put(String id, int n) {
        dynamo.client().putItem(request -> request.tableName(read)
                .item(Map.of("id", AttributeValue.fromS(id), "n", AttributeValue.fromN(Integer.toString(n)))));
    }

    private void streams(boolean enabled) {
        dynamo.client().updateTable(request -> request.tableName(items).streamSpecification(stream -> {
            stream.streamEnabled(enabled);
            if (enabled) {
                stream.streamViewType(StreamViewType.NEW_AND_OLD_IMAGES);
            }
        }));
    }

    private Optional<String> enabledStream() {
        try {
            TableDescription table = dynamo.client()
                    .describeTable(request -> request.tableName(read))
                    .table();
            return table.streamSpecification() == null ? Optional.empty() : Optional.of(dynamo.streamArn(read));
        } catch (ResourceNotFoundException e) {
            return Optional.empty();
        }
    }

    private SourceWorker start(String name, GapPolicy gaps) throws InterruptedException {
        health = new Health();
        TestRoute route = TestRoute.to(copies);
        DescribedTable target = DescribedTable.of(dynamo.client()
                .describeTable(request -> request.tableName(copies))
                .table());
        SourceWorker.Shared shared = new SourceWorker.Shared(
                name,
                Set.of(),
                new LeaseTimings(Duration.ofSeconds(3)),
                64L << 20,
                Duration.ofSeconds(5),
                timer,
                new ReaderThreads(readers, timer),
                new SimpleMeterRegistry(),
                health,
                Clock.systemUTC(),
                fatal::add);
        SourceWorker worker = new SourceWorker(
                "items",
                identity,
                TestSource.of(items, route).gaps(gaps).settings(),
                List.of(new Route(
                        "items.copies",
                        "table of " + "items.copies",
                        new Projection(route.projection(), target.key()),
                        new BatchingTable(
                                new TargetTable(dynamo.asyncClient(), copies, Policies.USUAL),
                                BatchingTable.Limits.batchSize(BatchingTable.MAX_BATCH),
                                timer),
                        new ParkedItemIndex(
                                new DeadLetterTable(dynamo.asyncClient(), "dead-letters", Duration.ofSeconds(1)),
                                "items.copies",
                                Clock.systemUTC()))),
                GivenLateWrites.none(),
                (mark, end) -> {},
                new StreamScheduler(dynamo.asyncClient(), leaseTable, shared),
                this::enabledStream,
                dynamo.streamsClient(),
                shared);
        running.add(worker);
        worker.start();
        return worker;
    }

    private void stop(SourceWorker worker) throws InterruptedException {
        running.remove(worker);
        worker.stop(Duration.ofSeconds(10));
    }

    private Map<String, Integer> rows() {
        return dynamo
                .client()
                .scanPaginator(request -> request.tableName(copies).consistentRead(true))
                .items()
                .stream()
                .collect(toMap(
                        row -> row.get("id").s(),
                        row -> Integer.parseInt(row.get("n").n())));
    }

    private void awaitRows(Map<String, Integer> expected) {
        await().atMost(LONG).untilAsserted(() -> assertThat(rows()).isEqualTo(expected));
    }

    private void awaitHealth(Status status, String expected) {
        await().atMost(LONG).untilAsserted(() -> {
            Health.Component source = health.snapshot().components().get("source items");
            assertThat(source.status()).isEqualTo(status);
            assertThat(source.detail()).contains(expected);
        });
    }
}
