package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.idempotency.AcquireResult;
import dev.tributary.idempotency.RecordId;
import dev.tributary.local.LocalDynamoDb;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk requests with an idempotency key, with DynamoDB Local. */
class KeyedBulkTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String TWO = "{\"n\":1}\n{\"n\":2}\n";

    private KeyedBulkApi api;

    @BeforeEach
    void start() {
        api = new KeyedBulkApi(dynamo);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void repetitionGetsTheSameReplyAndWritesNothing() throws Exception {
        HttpResponse<String> first = api.post("/items", TWO, "k");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).contains("\"line\":2,\"status\":201", "\"complete\":true");
        HttpResponse<String> again = api.post("/items", "{ \"n\": 1.0 }\n\n{\"n\":2e0}", "\"k\"");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(header(again, "Content-Type")).isEqualTo(header(first, "Content-Type"));
        assertThat(header(again, "Idempotency-Replayed")).isEqualTo("true");
        assertThat(header(first, "Idempotency-Replayed")).isEmpty();
        assertThat(api.rows()).isEqualTo(2);
    }

    @Test
    void otherDocumentsUnderTheKeyAreRefused() throws Exception {
        api.post("/items", TWO, "k");
        for (String other : List.of("{\"n\":1}\n", "{\"n\":2}\n{\"n\":1}\n", TWO + "{\"n\":", TWO + TWO)) {
            HttpResponse<String> refused = api.post("/items", other, "k");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("/problems/idempotency-key-reused");
        }
        assertThat(api.rows()).isEqualTo(2);
    }

    @Test
    void lastLineOfALongReplyIsRecorded() throws Exception {
        String many = IntStream.range(0, 4000)
                .mapToObj(n -> "{\"n\":%d}\n".formatted(n))
                .collect(Collectors.joining());
        String first = api.post("/items", many, "k").body();
        assertThat(first.lines()).hasSize(4001);
        HttpResponse<String> again = api.post("/items", many, "k");
        assertThat(header(again, "Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.body()).isEqualTo("{\"complete\":true,\"stored\":4000,\"refused\":0}\n");
        assertThat(api.rows()).isEqualTo(4000);
    }

    @Test
    void openRequestIsNotRepeatedAndACutOneIs() throws Exception {
        try (Socket sending = api.begin(TWO, 9)) {
            assertThat(sending.isConnected()).isTrue();
            await().until(() -> api.rows() == 1);
            HttpResponse<String> meanwhile = api.post("/items", TWO, "k");
            assertThat(meanwhile.statusCode()).isEqualTo(409);
            assertThat(meanwhile.body()).contains("/problems/request-in-progress");
            assertThat(Integer.parseInt(header(meanwhile, "Retry-After"))).isBetween(1, 60);
        }
        await().until(() -> api.post("/items", TWO, "k").statusCode() == 200);
        assertThat(api.rows()).as("what was written is not written again").isEqualTo(2);
        assertThat(header(api.post("/items", TWO, "k"), "Idempotency-Replayed")).isEqualTo("true");
        assertThat(api.rows()).isEqualTo(2);
    }

    @Test
    @Tag("slow")
    void keyStaysLockedWhileADocumentArrives() throws Exception {
        try (Socket sending = api.begin(TWO, 5)) {
            assertThat(sending.isConnected()).isTrue();
            await().until(() -> api.post("/items", TWO, "k").statusCode() == 409);
            api.time.pass(Duration.ofSeconds(50));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Integer.parseInt(header(api.post("/items", TWO, "k"), "Retry-After")) > 50);
        }
    }

    @Test
    void documentThatLooksLikeAnotherEncodingIsRefusedAlone() throws Exception {
        for (String odd : List.of("\0{\0\0", "\0\0\0{\0", "{\0}\0\0\0")) {
            HttpResponse<String> reply = api.post("/items", odd + "\n" + TWO, "k" + odd.length());
            assertThat(reply.body()).contains("\"line\":1,\"status\":400", "\"stored\":2,\"refused\":1");
            assertThat(header(api.post("/items", odd + "\n" + TWO, "k" + odd.length()), "Idempotency-Replayed"))
                    .isEqualTo("true");
        }
    }

    @Test
    void failureOfTheTableOfKeysIsReportedAsItsOwn() throws Exception {
        dynamo.client().deleteTable(request -> request.tableName(api.records.name()));
        HttpResponse<String> reply = api.post("/items", TWO, "k");
        assertThat(reply.statusCode()).isEqualTo(503);
        assertThat(api.health()).contains(api.records.name());
    }

    @Test
    void requestOfAnotherKindUnderTheKeyIsRefused() throws Exception {
        assertThat(api.post("/items", "{\"n\":1}", "k").statusCode()).isEqualTo(200);
        for (String body : List.of("{\"n\":1}", "[{\"n\":1}]")) {
            HttpResponse<String> refused =
                    api.send("POST", "/items", body, "Content-Type", "application/json", "Idempotency-Key", "k");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("/problems/idempotency-key-reused");
        }
        assertThat(api.rows()).isEqualTo(1);
    }

    @Test
    void crashedHolderKeepsTheKeyForItsLeaseOnly() throws Exception {
        AcquireResult taken = api.records
                .lock(
                        RecordId.of("items", "", "k"),
                        Duration.ofMinutes(1),
                        Duration.ofHours(24),
                        System::nanoTime,
                        Duration.ofSeconds(10))
                .take()
                .join();
        assertThat(taken).isInstanceOf(AcquireResult.Acquired.class);
        assertThat(api.post("/items", TWO, "k").statusCode()).isEqualTo(409);
        api.time.pass(Duration.ofSeconds(61));
        assertThat(api.post("/items", TWO, "k").statusCode()).isEqualTo(200);
    }

    @Test
    void requestWithoutEffectLeavesTheKeyFree() throws Exception {
        assertThat(api.post("/items", "{\"n\":", "k").body()).contains("\"stored\":0,\"refused\":1");
        assertThat(api.post("/items", TWO, "k").body()).contains("\"stored\":2");
    }

    @Test
    void resourcesRefuseKeysTheyDoNotTakeAndRequestsWithoutAKeyTheyRequire() throws Exception {
        assertThat(api.post("/plain", "{\"id\":\"a\"}", "k").body()).contains("/problems/bad-idempotency-key");
        assertThat(api.post("/own", "{\"id\":\"a\"}", "k").body()).contains("it needs a separate request");
        assertThat(api.post("/strict", "{\"id\":\"a\"}", "").body()).contains("/problems/idempotency-key-required");
        assertThat(api.rows()).isZero();
        assertThat(api.post("/strict", "{\"id\":\"a\"}", "k").statusCode()).isEqualTo(200);
    }
}
