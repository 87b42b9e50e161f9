package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.DynamoDbFront.Call;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.local.LocalDynamoDb;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;

/**
 * A request with a key takes effect once, wherever it is interrupted, and however many clients send it at the same time. The
 * version of the item counts the effects, and so does the stream of the table.
 */
class InterruptedRequestsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String BODY = "{\"email\":\"a\",\"n\":1}";

    private DynamoDbFront front;
    private DynamoDbAsyncClient client;
    private String users;
    private String locked;
    private String records;
    private final List<ItemApi> servers = new ArrayList<>();

    @BeforeEach
    void start() {
        users = dynamo.createTable("users", "email:S", true);
        locked = dynamo.createTable("locked", "email:S", true);
        records = dynamo.createTable("idempotency", "id:S");
        front = new DynamoDbFront(dynamo.endpoint());
        client = dynamo.configure(DynamoDbAsyncClient.builder())
                .endpointOverride(front.endpoint())
                .overrideConfiguration(config -> config.retryStrategy(RetryMode.STANDARD))
                .build();
    }

    @AfterEach
    void stop() {
        servers.forEach(ItemApi::close);
        client.close();
        front.close();
    }

    /** Like another daemon, it shares nothing but the tables. */
    private ItemApi server(DynamoDbAsyncClient through, Duration time) {
        GivenWrites versioned = new GivenWrites("/locked", locked, Map.of(), Map.of());
        ItemApi server = new ItemApi(through, 1_000_000)
                .recording(new IdempotencyTable(through, records, Clock.systemUTC()))
                .within(time)
                .resource("users", GivenWrites.ofUsers(users), ManyResources.EMAIL)
                .resource("locked", versioned.versioned("v", PreconditionPolicy.OPTIONAL), ManyResources.EMAIL)
                .start();
        servers.add(server);
        return server;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Tag("slow")
    void oneOfFiveHundredConcurrentRequestsIsCarriedOut(int daemons) throws Exception {
        List<ItemApi> all = new ArrayList<>();
        for (int i = 0; i < daemons; i++) {
            all.add(server(dynamo.asyncClient(), Duration.ofSeconds(10)));
        }
        List<Callable<HttpResponse<String>>> requests = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            ItemApi server = all.get(i % daemons);
            requests.add(() -> server.send("POST", "/locked", BODY, "Idempotency-Key", "k"));
        }
        List<HttpResponse<String>> answers = together(requests);
        List<HttpResponse<String>> executed = answers.stream()
                .filter(answer -> answer.statusCode() == 201
                        && header(answer, "Idempotency-Replayed").isEmpty())
                .toList();
        assertThat(executed).hasSize(1);
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).as(answer.body()).isIn(201, 409);
            if (answer.statusCode() == 201) {
                assertThat(header(answer, "ETag")).isEqualTo(header(executed.get(0), "ETag"));
                assertThat(answer.body()).isEqualTo(executed.get(0).body());
            } else {
                assertThat(header(answer, "Retry-After")).isNotEmpty();
            }
        });
        assertThat(effects(locked)).hasSize(1);
        var later = all.get(0).send("POST", "/locked", BODY, "Idempotency-Key", "k");
        assertThat(later.statusCode()).isEqualTo(201);
        assertThat(header(later, "Idempotency-Replayed")).isEqualTo("true");
    }

    /** Sends all requests concurrently. */
    private static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(100);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** The SDK retries the call, and DynamoDB recognises it by its client request token. */
    @Test
    void retryOfTheSdkIsNoRepetition() throws Exception {
        ItemApi server = server(client, Duration.ofSeconds(10));
        front.loseAnswers(once(InterruptedRequestsTest::isTransaction));
        var answer = server.send("POST", "/locked", BODY, "Idempotency-Key", "k");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(header(answer, "Idempotency-Replayed")).isEmpty();
        assertThat(front.passed().stream().filter(InterruptedRequestsTest::isTransaction))
                .hasSize(2);
        assertThat(effects(locked)).hasSize(1);
    }

    /** The call takes effect and its response is lost: the repetition gets the reply of the effect. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /locked", "PUT /locked/a", "PATCH /locked/a", "DELETE /locked/a"})
    void repetitionGetsTheReplyOfARequestWhoseResponseWasLost(String request) throws Exception {
        String method = request.substring(0, request.indexOf(' '));
        String path = request.substring(request.indexOf(' ') + 1);
        ItemApi server = server(client, Duration.ofMillis(700));
        ItemApi other = server(dynamo.asyncClient(), Duration.ofSeconds(10));
        List<String> headers = new ArrayList<>(List.of("Idempotency-Key", "k"));
        if (!method.equals("POST")) {
            var put = other.send("PUT", "/locked/a", "{\"n\":0}");
            headers.addAll(List.of("If-Match", header(put, "ETag"))); // which fails after the effect
        }
        String[] all = headers.toArray(String[]::new);
        int before = effects(locked).size();
        String body = method.equals("DELETE") ? "" : BODY;
        front.loseAnswers(InterruptedRequestsTest::isTransaction);
        var unheard = server.send(method, path, body, all);
        assertThat(unheard.statusCode()).as(unheard.body()).isIn(503, 504);
        assertThat(effects(locked)).hasSize(before + 1);
        front.release();

        for (ItemApi any : List.of(server, other)) {
            var answer = any.send(method, path, body, all);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(method.equals("POST") ? 201 : 204);
            assertThat(header(answer, "Idempotency-Replayed")).isEqualTo("true");
        }
        assertThat(effects(locked)).hasSize(before + 1);
    }

    /** The call never arrives: the repetition is the first that is carried out. */
    @Test
    void repetitionCarriesOutARequestThatNeverReachedTheTable() throws Exception {
        ItemApi server = server(client, Duration.ofMillis(700));
        front.refuse(InterruptedRequestsTest::isTransaction);
        var refused = server.send("POST", "/locked", BODY, "Idempotency-Key", "k");
        assertThat(refused.statusCode()).isIn(503, 504);
        assertThat(effects(locked)).isEmpty();
        front.release();
        var answer = server.send("POST", "/locked", BODY, "Idempotency-Key", "k");
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(header(answer, "Idempotency-Replayed")).isEmpty();
        assertThat(effects(locked)).hasSize(1);
    }

    /** The first call arrives only after the repetition, through another daemon, has its reply. */
    @Test
    void callThatArrivesAfterItsRepetitionChangesNothing() throws Exception {
        ItemApi slow = server(client, Duration.ofMillis(700));
        ItemApi other = server(dynamo.asyncClient(), Duration.ofSeconds(10));
        front.hold(InterruptedRequestsTest::isTransaction);
        assertThat(slow.send("POST", "/locked", BODY, "Idempotency-Key", "k").statusCode())
                .isEqualTo(504);
        assertThat(front.waiting()).isPositive();

        var answer = other.send("POST", "/locked", BODY, "Idempotency-Key", "k");
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(other.send("DELETE", "/locked/a", "").statusCode()).isEqualTo(204);
        front.release();
        await().until(() -> front.passed().stream().anyMatch(InterruptedRequestsTest::isTransaction));
        assertThat(other.send("GET", "/locked/a?consistent=true", "").statusCode())
                .isEqualTo(404);
        assertThat(effects(locked)).as("the POST and the DELETE").hasSize(2);
    }

    /** Without the record, the precondition of a repetition would fail on the item of the first request. */
    @Test
    void createOnlyRequestIsNotRefusedForItsOwnItem() throws Exception {
        ItemApi server = server(client, Duration.ofMillis(700));
        front.loseAnswers(InterruptedRequestsTest::isTransaction);
        server.send("POST", "/", BODY, "Idempotency-Key", "k", "If-None-Match", "*");
        front.release();
        int before = front.passed().size();
        var answer = server.send("POST", "/", BODY, "Idempotency-Key", "k", "If-None-Match", "*");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(front.passed()).as("one more call, which tells the record").hasSize(before + 1);
        assertThat(header(answer, "Idempotency-Replayed")).isEqualTo("true");
        assertThat(effects(users)).hasSize(1);
    }

    private static boolean isTransaction(Call call) {
        return call.operation().equals("TransactWriteItems");
    }

    private static Predicate<Call> once(Predicate<Call> calls) {
        AtomicBoolean done = new AtomicBoolean();
        return call -> calls.test(call) && done.compareAndSet(false, true);
    }

    /** All changes of the table, from its stream. */
    private static List<Record> effects(String table) {
        String arn = dynamo.streamArn(table);
        return dynamo
                .streamsClient()
                .describeStream(request -> request.streamArn(arn))
                .streamDescription()
                .shards()
                .stream()
                .map(shard -> dynamo.streamsClient()
                        .getShardIterator(request -> request.streamArn(arn)
                                .shardId(shard.shardId())
                                .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                        .shardIterator())
                .flatMap(iterator ->
                        dynamo
                                .streamsClient()
                                .getRecords(request -> request.shardIterator(iterator))
                                .records()
                                .stream())
                .toList();
    }
}
