package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.local.LocalDynamoDb;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Requests with preconditions, with DynamoDB Local. */
class ConditionalRequestsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ObjectMapper JSON = new ObjectMapper();

    private String locked;
    private ItemApi api;

    @BeforeEach
    void start() {
        locked = dynamo.createTable("locked", "email:S");
        GivenWrites guarded = new GivenWrites("/guarded", dynamo.createTable("guarded", "email:S"), Map.of(), Map.of());
        api = new ItemApi(dynamo.asyncClient(), 1_000_000)
                .resource("users", GivenWrites.ofUsers(dynamo.createTable("users", "email:S")), ManyResources.EMAIL)
                .resource(
                        "locked",
                        new GivenWrites("/locked", locked, Map.of(), Map.of())
                                .versioned("v", PreconditionPolicy.OPTIONAL),
                        ManyResources.EMAIL)
                .resource("guarded", guarded.versioned("v", PreconditionPolicy.REQUIRED), ManyResources.EMAIL)
                .start();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return api.send(method, path, body, headers);
    }

    private void put(String path, String body) throws Exception {
        assertThat(send("PUT", path, body).statusCode()).isIn(201, 204);
    }

    private JsonNode item(String path) throws Exception {
        return JSON.readTree(send("GET", path + "?consistent=true", "").body());
    }

    private static void problem(HttpResponse<String> response, int status, String slug) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).get("type").asText()).isEqualTo("/problems/" + slug);
    }

    @Test
    void createOnlyIsRefusedIfTheItemExists() throws Exception {
        for (String path : List.of("/a", "/locked/a", "/guarded/a")) {
            assertThat(send("PUT", path, "{\"n\":1}", "If-None-Match", "*").statusCode())
                    .isEqualTo(201);
            problem(send("PUT", path, "{\"n\":2}", "If-None-Match", "*"), 412, "precondition-failed");
            assertThat(item(path).get("n").asInt()).isEqualTo(1);
        }
        problem(send("POST", "/", "{\"email\":\"a\"}", "If-None-Match", "*"), 412, "precondition-failed");
        assertThat(send("POST", "/", "{\"email\":\"b\"}", "If-None-Match", "*").statusCode())
                .isEqualTo(201);
    }

    @Test
    void onlyOneOfManyCreatesTheItem() throws Exception {
        List<Callable<Integer>> creations = new ArrayList<>();
        IntStream.range(0, 20)
                .forEach(i -> creations.add(() -> send("PUT", "/one", "{\"n\":%d}".formatted(i), "If-None-Match", "*")
                        .statusCode()));
        assertThat(ItemApi.together(creations)).containsOnly(201, 412).containsOnlyOnce(201);
    }

    @Test
    void existingOnlyIsRefusedWithoutAnItem() throws Exception {
        for (String path : List.of("/a", "/locked/a", "/guarded/a")) {
            for (String method : List.of("PUT", "PATCH")) {
                problem(send(method, path, "{\"n\":1}", "If-Match", "*"), 412, "precondition-failed");
            }
            problem(send("DELETE", path, "", "If-Match", "*"), 412, "precondition-failed");
            assertThat(send("PUT", path, "{\"n\":1}", "If-None-Match", "*").statusCode())
                    .isEqualTo(201);
            assertThat(send("PUT", path, "{\"n\":2}", "If-Match", "*").statusCode())
                    .isEqualTo(204);
            assertThat(send("PATCH", path, "{\"m\":3}", "If-Match", "*").statusCode())
                    .isEqualTo(204);
            assertThat(item(path).get("n").asInt()).isEqualTo(2);
            assertThat(send("DELETE", path, "", "If-Match", "*").statusCode()).isEqualTo(204);
        }
    }

    @Test
    void everyWriteHasANewETagAndOnlyTheLatestMatches() throws Exception {
        String created = header(send("PUT", "/locked/a", "{\"n\":1}"), "ETag");
        assertThat(created).isEqualTo("\"" + ItemApi.NOW.toEpochMilli() + "\"");
        String posted = header(send("POST", "/locked", "{\"email\":\"a\",\"n\":2}"), "ETag");
        String put = header(send("PUT", "/locked/a", "{\"n\":3}"), "ETag");
        assertThat(send("PATCH", "/locked/a", "{\"n\":4}").statusCode()).isEqualTo(204);
        String read = header(send("GET", "/locked/a?consistent=true", ""), "ETag");
        String patched = header(send("PATCH", "/locked/a", "{\"n\":5}", "If-Match", read), "ETag");
        assertThat(List.of(created, posted, put, read, patched)).doesNotHaveDuplicates();
        assertThat(header(send("GET", "/locked/a?consistent=true", ""), "ETag")).isEqualTo(patched);

        for (String old : List.of(created, posted, put, read, "\"x\"", "\"\"", "W/" + patched, old("x", put))) {
            problem(send("PUT", "/locked/a", "{}", "If-Match", old), 412, "precondition-failed");
            problem(send("PATCH", "/locked/a", "{}", "If-Match", old), 412, "precondition-failed");
            problem(send("DELETE", "/locked/a", "", "If-Match", old), 412, "precondition-failed");
        }
        assertThat(item("/locked/a").get("n").asInt()).isEqualTo(5);
        assertThat(send("PUT", "/locked/a", "{\"n\":6}", "If-Match", "\"7\", W/\"8\" ,, " + patched)
                        .statusCode())
                .isEqualTo(204);
        String last = header(send("GET", "/locked/a?consistent=true", ""), "ETag");
        assertThat(send("DELETE", "/locked/a", "", "If-Match", last).statusCode())
                .isEqualTo(204);
        problem(send("DELETE", "/locked/a", "", "If-Match", last), 412, "precondition-failed");
    }

    private static String old(String opaque, String tag) {
        return '"' + opaque + "\", " + tag;
    }

    @Test
    void patchOfAVersionMergesObjectsToo() throws Exception {
        String etag = header(send("PUT", "/locked/a", "{\"m\":{\"a\":1}}"), "ETag");
        etag = header(send("PATCH", "/locked/a", "{\"m\":{\"b\":2},\"o\":{\"c\":3}}", "If-Match", etag), "ETag");
        assertThat(etag).isNotEmpty();
        assertThat(item("/locked/a").get("m")).isEqualTo(JSON.readTree("{\"a\":1,\"b\":2}"));
        assertThat(send("PATCH", "/locked/a", "{\"m\":{\"b\":null}}", "If-Match", etag)
                        .statusCode())
                .isEqualTo(204);
        assertThat(item("/locked/a").get("m")).isEqualTo(JSON.readTree("{\"a\":1}"));
    }

    @Test
    void countersLoseNoIncrementUnderIfMatch() throws Exception {
        put("/locked/counter", "{\"n\":0}");
        List<Callable<Integer>> clients = new ArrayList<>();
        IntStream.range(0, 8)
                .forEach(i -> clients.add(() -> {
                    int done = 0;
                    while (done < 10) {
                        var read = send("GET", "/locked/counter?consistent=true", "");
                        int n = JSON.readTree(read.body()).get("n").asInt();
                        String body = "{\"n\":%d}".formatted(n + 1);
                        if (send(
                                                done % 2 == 0 ? "PUT" : "PATCH",
                                                "/locked/counter",
                                                body,
                                                "If-Match",
                                                header(read, "ETag"))
                                        .statusCode()
                                == 204) {
                            done++;
                        }
                    }
                    return done;
                }));
        assertThat(ItemApi.together(clients)).containsOnly(10);
        assertThat(item("/locked/counter").get("n").asInt()).isEqualTo(80);
        assertThat(item("/locked/counter").get("v").asLong()).isEqualTo(ItemApi.NOW.toEpochMilli() + 80);
    }

    @Test
    void readingAKnownVersionIsAnswered304() throws Exception {
        String etag = header(send("PUT", "/locked/a", "{\"n\":1}"), "ETag");
        var known = send("GET", "/locked/a?consistent=true", "", "If-None-Match", "\"1\", W/" + etag);
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(header(known, "ETag")).isEqualTo(etag);
        assertThat(send("GET", "/locked/a?consistent=true", "", "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(304);
        put("/locked/a", "{\"n\":2}");
        assertThat(send("GET", "/locked/a?consistent=true", "", "If-None-Match", etag)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void versionInADocumentIsIgnored() throws Exception {
        put("/locked/a", "{\"n\":1}");
        var read = send("GET", "/locked/a?consistent=true", "");
        assertThat(read.body()).contains("\"v\":" + ItemApi.NOW.toEpochMilli());
        assertThat(send("PUT", "/locked/a", read.body().replace("\"v\":", "\"v\":1"), "If-Match", header(read, "ETag"))
                        .statusCode())
                .isEqualTo(204);
        assertThat(send("PATCH", "/locked/a", "{\"v\":null}").statusCode()).isEqualTo(204);
        assertThat(item("/locked/a").get("v").asLong()).isEqualTo(ItemApi.NOW.toEpochMilli() + 2);
    }

    @Test
    void itemWithoutAVersionGetsOneWithItsFirstWrite() throws Exception {
        for (AttributeValue odd : List.of(AttributeValue.fromS("1"), AttributeValue.fromN("1.5"))) {
            dynamo.client()
                    .putItem(put -> put.tableName(locked).item(Map.of("email", AttributeValue.fromS("a"), "v", odd)));
            assertThat(header(send("HEAD", "/locked/a?consistent=true", ""), "ETag"))
                    .isEmpty();
            problem(send("PUT", "/locked/a", "{}", "If-Match", "\"1\""), 412, "precondition-failed");
            var replaced = send("PUT", "/locked/a", "{}");
            assertThat(replaced.statusCode()).isEqualTo(204);
            assertThat(header(replaced, "ETag")).isEqualTo("\"" + ItemApi.NOW.toEpochMilli() + "\"");
        }
    }

    @Test
    void guardedItemIsWrittenOnlyWithItsVersion() throws Exception {
        String etag = header(send("POST", "/guarded", "{\"email\":\"a\"}"), "ETag");
        problem(send("POST", "/guarded", "{\"email\":\"a\"}"), 428, "precondition-required");
        problem(send("PUT", "/guarded/a", "{}"), 428, "precondition-required");
        problem(send("PATCH", "/guarded/a", "{}"), 428, "precondition-required");
        problem(send("DELETE", "/guarded/a", ""), 428, "precondition-required");
        assertThat(send("PUT", "/guarded/b", "{}").statusCode()).isEqualTo(201);
        etag = header(send("PUT", "/guarded/a", "{}", "If-Match", etag), "ETag");
        etag = header(send("PATCH", "/guarded/a", "{}", "If-Match", etag), "ETag");
        assertThat(send("DELETE", "/guarded/a", "", "If-Match", etag).statusCode())
                .isEqualTo(204);
    }
}
