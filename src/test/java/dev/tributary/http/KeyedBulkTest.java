package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.document.GeneratedValue;
import dev.tributary.idempotency.AcquireResult;
import dev.tributary.idempotency.GivenTime;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.idempotency.RecordId;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.IdempotencyPolicy;
import dev.tributary.local.LocalDynamoDb;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

/** Bulk requests with an idempotency key, with DynamoDB Local. */
class KeyedBulkTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String TWO = "{\"n\":1}\n{\"n\":2}\n";

    private final GivenTime time = new GivenTime();

    /** Documents with one of these numbers are throttled. */
    private final Set<String> throttled = ConcurrentHashMap.newKeySet();

    /** Documents with one of these numbers are written, and the reply of the table is lost. */
    private final Set<String> unheard = ConcurrentHashMap.newKeySet();

    /** Updates of records that fail from now on. */
    private final AtomicInteger unrecorded = new AtomicInteger();

    private String items;
    private IdempotencyTable records;
    private ItemApi api;

    @BeforeEach
    void start() {
        items = dynamo.createTable("items", "id:S");
        records =
                new IdempotencyTable(throttled(dynamo.asyncClient()), dynamo.createTable("idempotency", "id:S"), time);
        GivenWrites plain = new GivenWrites("/plain", items, Map.of(), Map.of());
        api = new ItemApi(throttled(dynamo.asyncClient()), 100_000)
                .recording(records)
                .resource(
                        "items",
                        new GivenWrites("/items", items, Map.of(), Map.of())
                                .making(
                                        Map.of("id", new GeneratedValue(GeneratedValue.Kind.UUID, Duration.ZERO)),
                                        Map.of()),
                        ManyResources.ID)
                .resource("off", plain.keyed(IdempotencyPolicy.OFF, Optional.empty()), ManyResources.ID)
                .resource(
                        "own",
                        new GivenWrites("/own", items, Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.OPTIONAL, Optional.of("id")),
                        ManyResources.ID)
                .resource(
                        "strict",
                        new GivenWrites("/strict", items, Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.REQUIRED, Optional.empty()),
                        ManyResources.ID)
                .start();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void repetitionGetsTheSameReplyAndWritesNothing() throws Exception {
        HttpResponse<String> first = post("/items", TWO, "k");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).contains("\"line\":2,\"status\":201", "\"complete\":true");
        HttpResponse<String> again = post("/items", "{ \"n\": 1.0 }\n\n{\"n\":2e0}", "\"k\"");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(header(again, "Content-Type")).isEqualTo(header(first, "Content-Type"));
        assertThat(header(again, "Idempotency-Replayed")).isEqualTo("true");
        assertThat(header(first, "Idempotency-Replayed")).isEmpty();
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void otherDocumentsUnderTheKeyAreRefused() throws Exception {
        post("/items", TWO, "k");
        for (String other : List.of("{\"n\":1}\n", "{\"n\":2}\n{\"n\":1}\n", TWO + "{\"n\":", TWO + TWO)) {
            HttpResponse<String> refused = post("/items", other, "k");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("/problems/idempotency-key-reused");
        }
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void lastLineOfALongReplyIsRecorded() throws Exception {
        String many = IntStream.range(0, 4000)
                .mapToObj(n -> "{\"n\":%d}\n".formatted(n))
                .collect(Collectors.joining());
        String first = post("/items", many, "k").body();
        assertThat(first.lines()).hasSize(4001);
        HttpResponse<String> again = post("/items", many, "k");
        assertThat(header(again, "Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.body()).isEqualTo("{\"complete\":true,\"stored\":4000,\"refused\":0}\n");
        assertThat(rows()).isEqualTo(4000);
    }

    @Test
    void openRequestIsNotRepeatedAndACutOneIs() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            String head = "POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
                    + "Idempotency-Key: k\r\nContent-Length: " + TWO.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + TWO.substring(0, 9)).getBytes(UTF_8));
            await().until(() -> rows() == 1);
            HttpResponse<String> meanwhile = post("/items", TWO, "k");
            assertThat(meanwhile.statusCode()).isEqualTo(409);
            assertThat(meanwhile.body()).contains("/problems/request-in-progress");
            assertThat(Integer.parseInt(header(meanwhile, "Retry-After"))).isBetween(1, 60);
        }
        await().until(() -> post("/items", TWO, "k").statusCode() == 200);
        assertThat(rows()).as("what was written is not written again").isEqualTo(2);
        assertThat(header(post("/items", TWO, "k"), "Idempotency-Replayed")).isEqualTo("true");
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void repetitionWritesOnlyTheDocumentsThatFailedTransiently() throws Exception {
        throttled.add("2");
        List<String> first =
                post("/items", TWO + "{\"n\":3}\n{\"n\":", "k").body().lines().toList();
        assertThat(first.get(1)).contains("\"status\":503");
        assertThat(rows()).isEqualTo(2);

        HttpResponse<String> stillDown = post("/items", TWO + "{\"n\":3}\n{\"n\":", "k");
        assertThat(stillDown.body().lines().toList().get(1)).contains("\"status\":503");
        assertThat(rows()).isEqualTo(2);

        throttled.clear();
        HttpResponse<String> second = post("/items", TWO + "{\"n\":3}\n{\"n\":", "k");
        List<String> lines = second.body().lines().toList();
        assertThat(lines.get(1)).contains("\"line\":2,\"status\":201");
        for (int unchanged : List.of(0, 2, 3)) {
            assertThat(lines.get(unchanged)).isEqualTo(first.get(unchanged));
        }
        assertThat(lines.get(4)).isEqualTo("{\"complete\":true,\"stored\":3,\"refused\":1}");
        assertThat(rows()).isEqualTo(3);

        HttpResponse<String> replayed = post("/items", TWO + "{\"n\":3}\n{\"n\":", "k");
        assertThat(header(replayed, "Idempotency-Replayed")).isEqualTo("true");
        assertThat(replayed.body()).isEqualTo(second.body());
        assertThat(rows()).isEqualTo(3);
    }

    @Test
    void documentsThatMayHaveBeenWrittenGetTheSameIdsInTheRepetition() throws Exception {
        unheard.addAll(Set.of("1", "2"));
        HttpResponse<String> none = post("/items", TWO, "k");
        assertThat(none.body()).contains("\"line\":2,\"status\":504", "\"stored\":0,\"refused\":2");
        Set<Map<String, AttributeValue>> written = Set.copyOf(items());
        assertThat(written).hasSize(2);

        throttled.add("2");
        assertThat(post("/items", TWO, "k").body()).contains("\"line\":2,\"status\":503");
        unheard.clear();
        throttled.clear();
        assertThat(post("/items", TWO, "k").body()).contains("\"stored\":2,\"refused\":0");
        assertThat(items()).hasSize(2).containsAll(written);

        post("/items", TWO, "another");
        assertThat(items()).as("ids of another request").hasSize(4);
    }

    @Test
    void singleRequestDoesNotTakeTheKeyOfAnUnfinishedBulkRequest() throws Exception {
        throttled.add("2");
        String stored = post("/items", TWO, "k").body().lines().toList().get(0);
        throttled.clear();
        HttpResponse<String> single =
                api.send("POST", "/items", "{\"n\":3}", "Content-Type", "application/json", "Idempotency-Key", "k");
        assertThat(single.statusCode()).isEqualTo(422);
        assertThat(single.body()).contains("/problems/idempotency-key-reused");
        assertThat(post("/items", TWO, "k").body()).contains(stored, "\"stored\":2,\"refused\":0");
        assertThat(items()).hasSize(2);
    }

    @Test
    @Tag("slow")
    void keyStaysLockedWhileADocumentArrives() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            String head = "POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
                    + "Idempotency-Key: k\r\nContent-Length: " + TWO.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + TWO.substring(0, 5)).getBytes(UTF_8));
            await().until(() -> post("/items", TWO, "k").statusCode() == 409);
            time.pass(Duration.ofSeconds(50));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Integer.parseInt(header(post("/items", TWO, "k"), "Retry-After")) > 50);
        }
    }

    @Test
    void outcomesAreRecordedOnceTheTableOfKeysRepliesAgain() throws Exception {
        throttled.add("2");
        unrecorded.set(2);
        List<String> first = post("/items", TWO, "k").body().lines().toList();
        assertThat(first.get(1)).contains("\"status\":503");
        assertThat(unrecorded).hasValue(0);

        throttled.clear();
        HttpResponse<String> second = post("/items", TWO, "k");
        assertThat(second.body().lines().toList().get(0))
                .as("stored once, under its first id")
                .isEqualTo(first.get(0));
        assertThat(rows()).isEqualTo(2);

        unrecorded.set(2);
        assertThat(post("/items", TWO, "other").body()).contains("\"complete\":true");
        assertThat(unrecorded).hasValue(0);
        assertThat(header(post("/items", TWO, "other"), "Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void repetitionThatIsCutBeforeAnythingIsStoredKeepsTheOutcomesOfTheFirst() throws Exception {
        throttled.add("1");
        String stored = post("/items", TWO, "k").body().lines().toList().get(1);
        assertThat(stored).contains("\"status\":201");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            String head = "POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
                    + "Idempotency-Key: k\r\nContent-Length: " + TWO.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + TWO.substring(0, 9)).getBytes(UTF_8));
            await().until(() -> post("/items", TWO, "k").statusCode() == 409);
        }
        throttled.clear();
        await().until(() -> post("/items", TWO, "k").statusCode() == 200);
        assertThat(post("/items", TWO, "k").body().lines().toList().get(1)).isEqualTo(stored);
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void otherDocumentsDoNotContinueAnUnfinishedRequest() throws Exception {
        throttled.add("2");
        post("/items", TWO, "k");
        throttled.clear();
        for (String other : List.of("{\"n\":7}\n{\"n\":2}\n", TWO + "{\"n\":3}\n", "{\"n\":1}\n")) {
            assertThat(post("/items", other, "k").body().lines().toList())
                    .last()
                    .asString()
                    .contains("\"complete\":false", "/problems/idempotency-key-reused");
        }
        assertThat(post("/items", TWO + "{\"n\":3}\n", "k").body()).contains("\"complete\":false");
        assertThat(post("/items", TWO, "k").body()).contains("\"stored\":2,\"refused\":0");
        assertThat(rows())
                .as("what another request wrote of it is not written again")
                .isEqualTo(2);
    }

    @Test
    void anotherHeadDoesNotContinueAnUnfinishedRequest() throws Exception {
        throttled.add("2");
        post("/items", TWO, "k");
        throttled.clear();
        HttpResponse<String> array = api.send(
                "POST", "/items", "[{\"n\":1},{\"n\":2}]", "Content-Type", "application/json", "Idempotency-Key", "k");
        assertThat(array.body()).contains("\"complete\":false", "/problems/idempotency-key-reused");
        assertThat(rows()).as("nothing is written before it is noticed").isEqualTo(1);
        assertThat(post("/items", TWO, "k").body()).contains("\"stored\":2,\"refused\":0");
    }

    @Test
    void lastDocumentOfAnItemStaysIfAnEarlierOneIsWrittenByTheRepetition() throws Exception {
        String documents = "{\"id\":\"x\",\"n\":1}\n{\"id\":\"x\",\"n\":2}\n";
        throttled.add("1");
        assertThat(post("/items", documents, "k").body()).contains("\"stored\":1,\"refused\":1");
        throttled.clear();
        assertThat(post("/items", documents, "k").body()).contains("\"stored\":2,\"refused\":0");
        assertThat(api.send("GET", "/items/x?consistent=true", "").body()).contains("\"n\":2");
    }

    @Test
    void requestOfAnotherKindUnderTheKeyIsRefused() throws Exception {
        assertThat(post("/items", "{\"n\":1}", "k").statusCode()).isEqualTo(200);
        for (String body : List.of("{\"n\":1}", "[{\"n\":1}]")) {
            HttpResponse<String> refused =
                    api.send("POST", "/items", body, "Content-Type", "application/json", "Idempotency-Key", "k");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("/problems/idempotency-key-reused");
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void crashedHolderKeepsTheKeyForItsLeaseOnly() throws Exception {
        AcquireResult taken = records.lock(
                        RecordId.of("items", "", "k"),
                        Duration.ofMinutes(1),
                        Duration.ofHours(24),
                        System::nanoTime,
                        Duration.ofSeconds(10))
                .take()
                .join();
        assertThat(taken).isInstanceOf(AcquireResult.Acquired.class);
        assertThat(post("/items", TWO, "k").statusCode()).isEqualTo(409);
        time.pass(Duration.ofSeconds(61));
        assertThat(post("/items", TWO, "k").statusCode()).isEqualTo(200);
    }

    @Test
    void requestWithoutEffectLeavesTheKeyFree() throws Exception {
        assertThat(post("/items", "{\"n\":", "k").body()).contains("\"stored\":0,\"refused\":1");
        assertThat(post("/items", TWO, "k").body()).contains("\"stored\":2");
    }

    @Test
    void resourcesRefuseKeysTheyDoNotTakeAndRequestsWithoutAKeyTheyRequire() throws Exception {
        assertThat(post("/plain", "{\"id\":\"a\"}", "k").body()).contains("/problems/bad-idempotency-key");
        assertThat(post("/own", "{\"id\":\"a\"}", "k").body()).contains("it needs a separate request");
        assertThat(post("/strict", "{\"id\":\"a\"}", "").body()).contains("/problems/idempotency-key-required");
        assertThat(rows()).isZero();
        assertThat(post("/strict", "{\"id\":\"a\"}", "k").statusCode()).isEqualTo(200);
    }

    /** @param key empty for none */
    private HttpResponse<String> post(String path, String body, String key) throws Exception {
        List<String> headers = new ArrayList<>(List.of("Content-Type", "application/x-ndjson"));
        if (!key.isEmpty()) {
            headers.addAll(List.of("Idempotency-Key", key));
        }
        return api.send("POST", path, body, headers.toArray(String[]::new));
    }

    private DynamoDbAsyncClient throttled(DynamoDbAsyncClient client) {
        return (DynamoDbAsyncClient) Proxy.newProxyInstance(
                DynamoDbAsyncClient.class.getClassLoader(),
                new Class<?>[] {DynamoDbAsyncClient.class},
                (proxy, method, arguments) -> {
                    boolean unrecordable = method.getName().equals("updateItem")
                            && unrecorded.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
                    if (unrecordable || (arguments != null && has(arguments[0], throttled))) {
                        return CompletableFuture.failedFuture(ProvisionedThroughputExceededException.builder()
                                .statusCode(400)
                                .awsErrorDetails(AwsErrorDetails.builder()
                                        .errorCode("ProvisionedThroughputExceededException")
                                        .build())
                                .build());
                    }
                    try {
                        Object reply = method.invoke(client, arguments);
                        return arguments != null && has(arguments[0], unheard)
                                ? ((CompletableFuture<?>) reply).thenApply(lost -> {
                                    throw ApiCallTimeoutException.create(5_000);
                                })
                                : reply;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static boolean has(Object request, Set<String> numbers) {
        return request instanceof BatchWriteItemRequest batch
                && batch.requestItems().values().stream()
                        .flatMap(List::stream)
                        .map(put -> put.putRequest().item().get("n"))
                        .anyMatch(n -> n != null && numbers.contains(n.n()));
    }

    private int rows() {
        return items().size();
    }

    private List<Map<String, AttributeValue>> items() {
        return dynamo.asyncClient()
                .scan(request -> request.tableName(items).consistentRead(true))
                .join()
                .items();
    }
}
