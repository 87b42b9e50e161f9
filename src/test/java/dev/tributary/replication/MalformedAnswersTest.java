package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tributary.DynamoDbFront;
import dev.tributary.DynamoDbFront.Answer;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.Parked;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.ResponseCheck;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.local.LocalDynamoDb;
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
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A pipeline whose database sometimes answers like a proxy in between: batches, single writes, moves, removals and dead
 * letters all end, and the target equals the projection of the source.
 */
@Timeout(120)
@Tag("slow")
class MalformedAnswersTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int ITEMS = 120;
    private static final int ROUNDS = 3;

    /** One call in this many is not answered by the service. */
    private static final int ONE_IN = 5;

    private static final List<Answer> MALFORMED = List.of(
            Answer.html(503),
            Answer.empty(503),
            Answer.html(200),
            Answer.empty(200),
            Answer.json(500, "{\"__type\":\"com.amazonaws.dyn"),
            Answer.json(400, "{}"),
            Answer.json(200, "[1, 2"),
            Answer.brokenOff("{\"Responses\":["));

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.tributary.replication");

    private final DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
    private final DynamoDbAsyncClient client = dynamo.configure(DynamoDbAsyncClient.builder())
            .endpointOverride(front.endpoint())
            .httpClientBuilder(NettyNioAsyncHttpClient.builder())
            .overrideConfiguration(override -> override.addExecutionInterceptor(new ResponseCheck())
                    .apiCallTimeout(Duration.ofSeconds(5))
                    .retryStrategy(AwsRetryStrategy.doNotRetry()))
            .build();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Health health = new Health();
    private final Map<String, Map<String, AttributeValue>> source = new HashMap<>();
    private final String target = dynamo.createTable("by_city", "city:S, id:S");
    private final DeadLetterTable deadLetters =
            new DeadLetterTable(client, "letters-" + UUID.randomUUID(), Duration.ofSeconds(5));
    private int sequence;
    private Level level;

    @BeforeEach
    void prepare() {
        level = LOG.getLevel();
        LOG.setLevel(Level.ERROR);
        new TableControl(dynamo.asyncClient(), deadLetters.name())
                .create(TableDefinition.of(DeadLetterTable.KEY))
                .join();
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
        client.close();
        front.close();
        LOG.setLevel(level);
    }

    @Test
    void everyChangeEndsAfterMalformedAnswers() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Map<String, Integer> injected = new ConcurrentHashMap<>();
        front.answerInPlace(call -> malformed(call, calls, 0, injected));
        front.answerAfterwards(call -> malformed(call, calls, 1, injected));
        ReplicationPipeline pipeline = pipeline();
        for (int round = 0; round < ROUNDS; round++) {
            for (int item = 0; item < ITEMS; item++) {
                change(pipeline, item, round);
            }
        }
        assertThat(pipeline.drain()).as("every change ends").isTrue();
        assertThat(failures).isEmpty();
        assertThat(rows()).isEqualTo(expected());
        assertThat(parkedItems()).isOne();
        assertThat(injected)
                .containsKeys("BatchExecuteStatement", "PutItem", "TransactWriteItems", "Query")
                .allSatisfy((operation, count) -> assertThat(count).isPositive());
        front.release();
        change(pipeline, 0, ROUNDS);
        assertThat(pipeline.drain()).isTrue();
        assertThat(health.snapshot().components().get("route users.by-city"))
                .extracting(Health.Component::status, Health.Component::detail)
                .containsExactly(Status.DEGRADED, "1 item has parked changes");
    }

    private static Optional<Answer> malformed(
            DynamoDbFront.Call call, AtomicInteger calls, int afterwards, Map<String, Integer> injected) {
        int number = calls.incrementAndGet();
        boolean first = afterwards == 0 && !injected.containsKey(call.operation());
        if (!first && number % ONE_IN != 0) {
            return Optional.empty();
        }
        Answer answer = MALFORMED.get(number / ONE_IN % MALFORMED.size());
        injected.merge(call.operation(), 1, Integer::sum);
        boolean batch = call.operation().equals("BatchExecuteStatement");
        return Optional.of(
                batch && afterwards == 1 && number % 2 == 0 ? Answer.json(200, "{\"Responses\":[{}]}") : answer);
    }

    private ReplicationPipeline pipeline() {
        return new ReplicationPipeline(
                List.of(new Route(
                        "users.by-city",
                        "table of " + "users.by-city",
                        new Projection(
                                TestRoute.to(target).projection(),
                                new KeySchema(
                                        new KeyAttribute("city", AttributeType.S),
                                        Optional.of(new KeyAttribute("id", AttributeType.S)))),
                        new BatchingTable(
                                new TargetTable(client, target, Policies.USUAL),
                                new BatchingTable.Limits(25, 2, 16),
                                timer),
                        new ParkedItemIndex(deadLetters, "users.by-city", () -> Instant.EPOCH))),
                GivenLateWrites.none().shard("shard"),
                1000,
                () -> true,
                timer,
                new SimpleMeterRegistry(),
                health,
                failures::add);
    }

    /** Inserts in the first round, then updates, moves and removals; one item can never be written. */
    private void change(ReplicationPipeline pipeline, int item, int round) throws InterruptedException {
        String id = "id" + item;
        Map<String, AttributeValue> before = source.get(id);
        Map<String, AttributeValue> after = before != null && (item + round) % 7 == 0
                ? null
                : Map.of(
                        "id",
                        AttributeValue.fromS(id),
                        "city",
                        AttributeValue.fromS("city" + (item % 5 == 0 ? round : item)),
                        "text",
                        AttributeValue.fromS(item == 3 ? "x".repeat(400 * 1024) : "round " + round));
        sequence++;
        VersionStamp stamp = new VersionStamp(
                new ItemKey("users/" + id),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(sequence)),
                Instant.ofEpochSecond(sequence));
        Change change;
        if (after == null) {
            source.remove(id);
            change = new Change.Remove(stamp, new Item(before));
        } else {
            source.put(id, after);
            change = before == null
                    ? new Change.Insert(stamp, new Item(after))
                    : new Change.Modify(stamp, new Item(before), new Item(after));
        }
        assertThat(pipeline.submit(change, Integer.toString(sequence), () -> {}))
                .isTrue();
    }

    /** City and text by id. */
    private Map<String, String> rows() {
        return dynamo.client().scanPaginator(scan -> scan.tableName(target).consistentRead(true)).items().stream()
                .collect(Collectors.toMap(
                        row -> row.get("id").s(), MalformedAnswersTest::text, (a, b) -> "two rows", TreeMap::new));
    }

    private Map<String, String> expected() {
        Map<String, String> rows = new TreeMap<>();
        source.forEach((id, item) -> rows.put(id, text(item)));
        rows.remove("id3");
        return rows;
    }

    private static String text(Map<String, AttributeValue> row) {
        return row.get("city").s() + ": " + row.get("text").s();
    }

    private long parkedItems() {
        DeadLetterTable direct = new DeadLetterTable(dynamo.asyncClient(), deadLetters.name(), Duration.ofSeconds(5));
        return Parked.in(direct, "users.by-city").stream()
                .map(parked -> parked.stamp().owner())
                .distinct()
                .count();
    }
}
