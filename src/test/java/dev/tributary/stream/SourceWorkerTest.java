package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.replication.Route;
import dev.tributary.replication.TestRoute;
import dev.tributary.stream.lease.LeaseSnapshot;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.read.ReaderThreads;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One or two workers of one source on a real stream, real leases and a real target. */
@Tag("slow")
class SourceWorkerTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final LeaseTimings TIMINGS = new LeaseTimings(Duration.ofSeconds(3));

    private final ExecutorService readers = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final List<SourceWorker> running = new ArrayList<>();
    private String users;
    private String byCity;
    private String deadLetters;
    private String leaseTable;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("users_by_city", "state:S, city:S");
        deadLetters = "dead-letters-" + UUID.randomUUID();
        leaseTable = "leases-" + UUID.randomUUID();
    }

    @AfterEach
    void stopWorkers() throws InterruptedException {
        for (SourceWorker worker : running) {
            worker.stop(Duration.ofSeconds(10));
        }
        readers.shutdownNow();
        timer.shutdownNow();
        assertThat(fatal).isEmpty();
    }

    @Test
    void insertedModifiedMovedAndRemovedItemsAreReplicated() throws Exception {
        start("one");
        put("ada@example.com", "New York", "Brooklyn", "11208");
        awaitRows(Map.of("New York/Brooklyn", "ada@example.com"));

        put("ada@example.com", "California", "Oakland", "94601");
        awaitRows(Map.of("California/Oakland", "ada@example.com"));

        dynamo.client().deleteItem(request -> request.tableName(users)
                .key(Map.of("email", AttributeValue.fromS("ada@example.com"))));
        awaitRows(Map.of());
    }

    @Test
    void everyAttributeTypeTravelsUnchanged() throws Exception {
        start("one");
        Map<String, AttributeValue> attributes = new HashMap<>(Map.of(
                "email", AttributeValue.fromS("ada@example.com"),
                "state", AttributeValue.fromS("S"),
                "city", AttributeValue.fromS("c"),
                "text", AttributeValue.fromS("Zürich \u0000 🚲"),
                "number", AttributeValue.fromN("12345678901234567890123456789012345678"),
                "small", AttributeValue.fromN("-1.2345678901234567890123456789012345678E-129"),
                "binary", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 127, -128})),
                "true", AttributeValue.fromBool(true),
                "null", AttributeValue.fromNul(true)));
        attributes.put("texts", AttributeValue.fromSs(List.of("a", "b")));
        attributes.put("numbers", AttributeValue.fromNs(List.of("1", "2.5")));
        attributes.put("binaries", AttributeValue.fromBs(List.of(SdkBytes.fromUtf8String("x"))));
        attributes.put("empty text", AttributeValue.fromS(""));
        attributes.put("empty list", AttributeValue.fromL(List.of()));
        attributes.put("empty map", AttributeValue.fromM(Map.of()));
        attributes.put(
                "nested",
                AttributeValue.fromL(List.of(AttributeValue.fromM(
                        Map.of("deep", AttributeValue.fromL(List.of(AttributeValue.fromNs(List.of("7")))))))));
        dynamo.client().putItem(request -> request.tableName(users).item(attributes));

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var rows =
                    dynamo.client().scan(request -> request.tableName(byCity)).items();
            assertThat(rows).hasSize(1);
            Map<String, AttributeValue> row = new HashMap<>(rows.get(0));
            row.remove(VersionStamp.ATTRIBUTE);
            assertThat(row).isEqualTo(stored(users));
        });
    }

    /** The item as stored: DynamoDB normalises numbers, and sets have no order. */
    private Map<String, AttributeValue> stored(String table) {
        return dynamo.client().scan(request -> request.tableName(table)).items().get(0);
    }

    @Test
    void aShardRollLosesNothing() throws Exception {
        start("one");
        put("a@example.com", "A", "a", "1");
        awaitRows(Map.of("A/a", "a@example.com"));
        dynamo.rollShards();
        put("b@example.com", "B", "b", "2");
        awaitRows(Map.of("A/a", "a@example.com", "B/b", "b@example.com"));
    }

    @Test
    void anotherWorkerContinuesFromTheCheckpointAfterAStop() throws Exception {
        SourceWorker one = start("one");
        put("a@example.com", "A", "a", "1");
        awaitRows(Map.of("A/a", "a@example.com"));
        Instant stopping = Instant.now();
        one.stop(Duration.ofSeconds(10));
        running.remove(one);
        assertThat(LeaseSnapshot.read(dynamo.asyncClient(), leaseTable, "users").join())
                .satisfies(left -> {
                    assertThat(left.workers())
                            .as("workers after the only one has left")
                            .isEmpty();
                    assertThat(left.state().map(SourceState::identity)).contains("users");
                    assertThat(left.leases()).singleElement().satisfies(lease -> {
                        assertThat(lease.owner()).isEmpty();
                        assertThat(lease.checkpoint()).matches("\\d{21,40}");
                        assertThat(lease.doneUntil().orElseThrow())
                                .isBetween(stopping.minusSeconds(5), stopping.plusSeconds(5));
                    });
                });

        put("b@example.com", "B", "b", "2");
        start("two");
        awaitRows(Map.of("A/a", "a@example.com", "B/b", "b@example.com"));
    }

    /** KCL creates a row in the lease table if it is missing, and fails if another worker creates it in between. */
    @Test
    void twoWorkersThatReadTheRowOfKclAtTheSameMomentBothStart() {
        Health first = new Health();
        Health second = new Health();
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
                DynamoDbAsyncClient leases = dynamo.configure(DynamoDbAsyncClient.builder())
                        .endpointOverride(front.endpoint())
                        .build()) {
            front.hold(call -> call.operation().equals("GetItem") && call.body().contains("Migration3.0"));
            worker("one", leases, first).start();
            worker("two", leases, second).start();
            await().atMost(Duration.ofSeconds(30)).until(() -> front.waiting() == 2);
            front.release();
            await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(List.of(first, second))
                    .extracting(health -> health.snapshot().status())
                    .containsOnly(Status.UP));
            running.forEach(SourceWorkerTest::stop);
            running.clear();
        }
    }

    private static void stop(SourceWorker worker) {
        try {
            worker.stop(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private SourceWorker start(String name) throws InterruptedException {
        SourceWorker worker = worker(name, dynamo.asyncClient(), new Health());
        worker.start();
        assertThat(worker.awaitReading(Duration.ofMinutes(1)))
                .as("reads the stream")
                .isTrue();
        return worker;
    }

    private SourceWorker worker(String name, DynamoDbAsyncClient leases, Health health) {
        TestRoute settings = TestRoute.to(byCity).excluding("zipcode");
        DescribedTable target = DescribedTable.of(dynamo.client()
                .describeTable(request -> request.tableName(byCity))
                .table());
        SourceWorker.Shared shared = new SourceWorker.Shared(
                name,
                Set.of(),
                TIMINGS,
                64L << 20,
                Duration.ofSeconds(5),
                timer,
                new ReaderThreads(readers, timer),
                new SimpleMeterRegistry(),
                health,
                Clock.systemUTC(),
                fatal::add);
        SourceWorker worker = new SourceWorker(
                "users",
                "users",
                TestSource.of(users, settings).settings(),
                List.of(new Route(
                        "users.by-city",
                        "table of " + "users.by-city",
                        new Projection(settings.projection(), target.key()),
                        new BatchingTable(
                                new TargetTable(dynamo.asyncClient(), byCity, Policies.USUAL),
                                BatchingTable.Limits.batchSize(BatchingTable.MAX_BATCH),
                                timer),
                        new ParkedItemIndex(
                                new DeadLetterTable(dynamo.asyncClient(), deadLetters, Duration.ofSeconds(1)),
                                "users.by-city",
                                Clock.systemUTC()))),
                GivenLateWrites.none(),
                (mark, end) -> {},
                new StreamScheduler(leases, leaseTable, shared),
                () -> Optional.of(dynamo.streamArn(users)),
                dynamo.streamsClient(),
                shared);
        running.add(worker);
        return worker;
    }

    private void put(String email, String state, String city, String zipcode) {
        dynamo.client().putItem(request -> request.tableName(users)
                .item(Map.of(
                        "email", AttributeValue.fromS(email),
                        "state", AttributeValue.fromS(state),
                        "city", AttributeValue.fromS(city),
                        "zipcode", AttributeValue.fromN(zipcode))));
    }

    /** {@code state/city} to email of every row of the target. */
    private void awaitRows(Map<String, String> expected) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var rows = dynamo.client()
                    .scan(request -> request.tableName(byCity).consistentRead(true))
                    .items();
            assertThat(rows).noneMatch(row -> row.containsKey("zipcode"));
            assertThat(rows.stream()
                            .collect(java.util.stream.Collectors.toMap(
                                    row -> row.get("state").s() + "/"
                                            + row.get("city").s(),
                                    row -> row.get("email").s())))
                    .isEqualTo(expected);
        });
    }
}
