package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.config.GeneratedValue;
import dev.tributary.config.IdempotencyPolicy;
import dev.tributary.idempotency.GivenTime;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.idempotency.RecordId;
import dev.tributary.idempotency.Taken;
import dev.tributary.ingest.GivenWrites;
import dev.tributary.local.LocalDynamoDb;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many documents under one key, with DynamoDB Local behind them. */
class KeyedBulkTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String TWO = "{\"n\":1}\n{\"n\":2}\n";

    private final GivenTime time = new GivenTime();
    private String items;
    private IdempotencyTable records;
    private ItemApi api;

    @BeforeEach
    void start() {
        items = dynamo.createTable("items", "id:S");
        records = new IdempotencyTable(dynamo.asyncClient(), dynamo.createTable("idempotency", "id:S"), time);
        GivenWrites plain = new GivenWrites("/plain", items, Map.of(), Map.of());
        api = new ItemApi(dynamo.asyncClient(), 100_000)
                .recording(records)
                .route(
                        "items",
                        new GivenWrites("/items", items, Map.of(), Map.of())
                                .making(
                                        Map.of("id", new GeneratedValue(GeneratedValue.Kind.UUID, Duration.ZERO)),
                                        Map.of()),
                        ManyRoutes.ID)
                .route("off", plain.keyed(IdempotencyPolicy.OFF, Optional.empty()), ManyRoutes.ID)
                .route(
                        "own",
                        new GivenWrites("/own", items, Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.OPTIONAL, Optional.of("id")),
                        ManyRoutes.ID)
                .route(
                        "strict",
                        new GivenWrites("/strict", items, Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.REQUIRED, Optional.empty()),
                        ManyRoutes.ID)
                .start();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void aRepetitionGetsTheSameAnswerAndWritesNothing() throws Exception {
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
    void ofALongAnswerTheLastLineIsKept() throws Exception {
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
    void whatIsUnderWayIsNotBegunAgainAndWhatWasCutIs() throws Exception {
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
        assertThat(rows()).isEqualTo(3);
        assertThat(header(post("/items", TWO, "k"), "Idempotency-Replayed")).isEqualTo("true");
        assertThat(rows()).isEqualTo(3);
    }

    @Test
    void aHolderThatDiedHoldsTheKeyForItsTimeOnly() throws Exception {
        Taken taken = records.lock(
                        RecordId.of("items", "", "k"),
                        Duration.ofMinutes(1),
                        Duration.ofHours(24),
                        System::nanoTime,
                        Duration.ofSeconds(10))
                .take()
                .join();
        assertThat(taken).isInstanceOf(Taken.Acquired.class);
        assertThat(post("/items", TWO, "k").statusCode()).isEqualTo(409);
        time.pass(Duration.ofSeconds(61));
        assertThat(post("/items", TWO, "k").statusCode()).isEqualTo(200);
    }

    @Test
    void whatTookNoEffectLeavesTheKeyUnspent() throws Exception {
        assertThat(post("/items", "{\"n\":", "k").body()).contains("\"stored\":0,\"refused\":1");
        assertThat(post("/items", TWO, "k").body()).contains("\"stored\":2");
    }

    @Test
    void routesThatTakeNoKeyOrNeedOneSaySo() throws Exception {
        assertThat(post("/plain", "{\"id\":\"a\"}", "k").body()).contains("/problems/bad-idempotency-key");
        assertThat(post("/own", "{\"id\":\"a\"}", "k").body()).contains("a request of its own");
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

    private int rows() {
        return dynamo.asyncClient()
                .scan(request -> request.tableName(items).consistentRead(true))
                .join()
                .count();
    }
}
