package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Repetitions of bulk requests that were not completed, with DynamoDB Local. */
class UnfinishedBulkTest {

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
    void repetitionWritesOnlyTheDocumentsThatFailedTransiently() throws Exception {
        api.throttled.add("2");
        List<String> first = api.post("/items", TWO + "{\"n\":3}\n{\"n\":", "k")
                .body()
                .lines()
                .toList();
        assertThat(first.get(1)).contains("\"status\":503");
        assertThat(api.rows()).isEqualTo(2);

        HttpResponse<String> stillDown = api.post("/items", TWO + "{\"n\":3}\n{\"n\":", "k");
        assertThat(stillDown.body().lines().toList().get(1)).contains("\"status\":503");
        assertThat(api.rows()).isEqualTo(2);

        api.throttled.clear();
        HttpResponse<String> second = api.post("/items", TWO + "{\"n\":3}\n{\"n\":", "k");
        List<String> lines = second.body().lines().toList();
        assertThat(lines.get(1)).contains("\"line\":2,\"status\":201");
        for (int unchanged : List.of(0, 2, 3)) {
            assertThat(lines.get(unchanged)).isEqualTo(first.get(unchanged));
        }
        assertThat(lines.get(4)).isEqualTo("{\"complete\":true,\"stored\":3,\"refused\":1}");
        assertThat(api.rows()).isEqualTo(3);

        HttpResponse<String> replayed = api.post("/items", TWO + "{\"n\":3}\n{\"n\":", "k");
        assertThat(header(replayed, "Idempotency-Replayed")).isEqualTo("true");
        assertThat(replayed.body()).isEqualTo(second.body());
        assertThat(api.rows()).isEqualTo(3);
    }

    @Test
    void documentsThatMayHaveBeenWrittenGetTheSameIdsInTheRepetition() throws Exception {
        api.unheard.addAll(Set.of("1", "2"));
        HttpResponse<String> none = api.post("/items", TWO, "k");
        assertThat(none.body()).contains("\"line\":2,\"status\":504", "\"stored\":0,\"refused\":2");
        Set<Map<String, AttributeValue>> written = Set.copyOf(api.items());
        assertThat(written).hasSize(2);

        api.throttled.add("2");
        assertThat(api.post("/items", TWO, "k").body()).contains("\"line\":2,\"status\":503");
        api.unheard.clear();
        api.throttled.clear();
        assertThat(api.post("/items", TWO, "k").body()).contains("\"stored\":2,\"refused\":0");
        assertThat(api.items()).hasSize(2).containsAll(written);

        api.post("/items", TWO, "another");
        assertThat(api.items()).as("ids of another request").hasSize(4);
    }

    @Test
    void outcomesAreRecordedOnceTheTableOfKeysRepliesAgain() throws Exception {
        api.throttled.add("2");
        api.unrecorded.set(2);
        List<String> first = api.post("/items", TWO, "k").body().lines().toList();
        assertThat(first.get(1)).contains("\"status\":503");
        assertThat(api.unrecorded).hasValue(0);

        api.throttled.clear();
        HttpResponse<String> second = api.post("/items", TWO, "k");
        assertThat(second.body().lines().toList().get(0))
                .as("stored once, under its first id")
                .isEqualTo(first.get(0));
        assertThat(api.rows()).isEqualTo(2);

        api.unrecorded.set(2);
        assertThat(api.post("/items", TWO, "other").body()).contains("\"complete\":true");
        assertThat(api.unrecorded).hasValue(0);
        assertThat(header(api.post("/items", TWO, "other"), "Idempotency-Replayed"))
                .isEqualTo("true");
    }

    @Test
    void repetitionThatIsCutBeforeAnythingIsStoredKeepsTheOutcomesOfTheFirst() throws Exception {
        api.throttled.add("1");
        String stored = api.post("/items", TWO, "k").body().lines().toList().get(1);
        assertThat(stored).contains("\"status\":201");
        try (Socket sending = api.begin(TWO, 9)) {
            assertThat(sending.isConnected()).isTrue();
            await().until(() -> api.post("/items", TWO, "k").statusCode() == 409);
        }
        api.throttled.clear();
        await().until(() -> api.post("/items", TWO, "k").statusCode() == 200);
        assertThat(api.post("/items", TWO, "k").body().lines().toList().get(1)).isEqualTo(stored);
        assertThat(api.rows()).isEqualTo(2);
    }

    @Test
    void otherDocumentsDoNotContinueAnUnfinishedRequest() throws Exception {
        api.throttled.add("2");
        api.post("/items", TWO, "k");
        api.throttled.clear();
        for (String other : List.of("{\"n\":7}\n{\"n\":2}\n", TWO + "{\"n\":3}\n", "{\"n\":1}\n")) {
            assertThat(api.post("/items", other, "k").body().lines().toList())
                    .last()
                    .asString()
                    .contains("\"complete\":false", "/problems/idempotency-key-reused");
        }
        assertThat(api.post("/items", TWO + "{\"n\":3}\n", "k").body()).contains("\"complete\":false");
        assertThat(api.post("/items", TWO, "k").body()).contains("\"stored\":2,\"refused\":0");
        assertThat(api.rows())
                .as("what another request wrote of it is not written again")
                .isEqualTo(2);
    }

    @Test
    void anotherHeadDoesNotContinueAnUnfinishedRequest() throws Exception {
        api.throttled.add("2");
        api.post("/items", TWO, "k");
        api.throttled.clear();
        HttpResponse<String> array = api.send(
                "POST", "/items", "[{\"n\":1},{\"n\":2}]", "Content-Type", "application/json", "Idempotency-Key", "k");
        assertThat(array.body()).contains("\"complete\":false", "/problems/idempotency-key-reused");
        assertThat(api.rows()).as("nothing is written before it is noticed").isEqualTo(1);
        assertThat(api.post("/items", TWO, "k").body()).contains("\"stored\":2,\"refused\":0");
    }

    @Test
    void lastDocumentOfAnItemStaysIfAnEarlierOneIsWrittenByTheRepetition() throws Exception {
        String documents = "{\"id\":\"x\",\"n\":1}\n{\"id\":\"x\",\"n\":2}\n";
        api.throttled.add("1");
        assertThat(api.post("/items", documents, "k").body()).contains("\"stored\":1,\"refused\":1");
        api.throttled.clear();
        assertThat(api.post("/items", documents, "k").body()).contains("\"stored\":2,\"refused\":0");
        assertThat(api.read("x")).contains("\"n\":2");
    }

    @Test
    void lastDocumentOfAnItemStaysIfTheRepetitionThatWritesAnEarlierOneIsCut() throws Exception {
        String first = "{\"id\":\"x\",\"n\":1}\n";
        String documents = first + "{\"id\":\"x\",\"n\":2}\n{\"id\":\"y\",\"n\":3}\n";
        api.throttled.add("1");
        assertThat(api.post("/items", documents, "k").body()).contains("\"stored\":2,\"refused\":1");
        api.throttled.clear();
        for (int cut = 0; cut < 2; cut++) {
            try (Socket sending = api.begin(documents, first.length())) {
                assertThat(sending.isConnected()).isTrue();
                await().until(() -> api.post("/items", documents, "k").statusCode() == 409);
                await().until(() -> api.read("x").contains("\"n\":1"));
            }
            await().until(() -> !api.post("/items", first, "k").body().contains("in-progress"));
        }
        api.send("PUT", "/items/y", "{\"n\":4}", "Content-Type", "application/json");

        HttpResponse<String> again = api.post("/items", documents, "k");
        assertThat(again.body()).contains("\"stored\":3,\"refused\":0");
        assertThat(api.read("x")).contains("\"n\":2");
        assertThat(api.read("y")).as("written by the first request, not again").contains("\"n\":4");
    }

    @Test
    void repetitionOfAnItemThatIsThereKeepsItsLineWhereAnItemIsReplacedByVersionOnly() throws Exception {
        String documents = "{\"id\":\"x\",\"n\":1}\n{\"id\":\"x\",\"n\":2}\n";
        api.throttled.add("1");
        List<String> first = api.post("/guarded", documents, "k").body().lines().toList();
        assertThat(first.get(0)).contains("\"status\":503");
        assertThat(first.get(1)).contains("\"status\":201");
        api.throttled.clear();
        List<String> again = api.post("/guarded", documents, "k").body().lines().toList();
        assertThat(again.get(0)).contains("\"status\":428");
        assertThat(again.get(1)).isEqualTo(first.get(1));
        assertThat(again.get(2)).contains("\"complete\":true,\"stored\":1,\"refused\":1");
    }

    @Test
    void replyToARequestThatEndsBeforeItsBodyReachesTheClient() throws Exception {
        api.throttled.add("2");
        api.post("/items", TWO, "k");
        api.throttled.clear();
        String other = "{\"n\":7}\n" + ("{\"n\":8,\"text\":\"" + "x".repeat(50_000) + "\"}\n").repeat(120);
        try (Socket client = api.begin(other, other.length())) {
            client.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .contains("/problems/idempotency-key-reused");
        }
    }

    @Test
    void singleRequestDoesNotTakeTheKeyOfAnUnfinishedBulkRequest() throws Exception {
        api.throttled.add("2");
        String stored = api.post("/items", TWO, "k").body().lines().toList().get(0);
        api.throttled.clear();
        HttpResponse<String> single =
                api.send("POST", "/items", "{\"n\":3}", "Content-Type", "application/json", "Idempotency-Key", "k");
        assertThat(single.statusCode()).isEqualTo(422);
        assertThat(single.body()).contains("/problems/idempotency-key-reused");
        assertThat(api.post("/items", TWO, "k").body()).contains(stored, "\"stored\":2,\"refused\":0");
        assertThat(api.items()).hasSize(2);
    }
}
