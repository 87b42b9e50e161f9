package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Requests for single items, with DynamoDB Local. */
class ItemApiTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ObjectMapper JSON = new ObjectMapper();
    private String users;
    private String scores;
    private String files;
    private String locked;
    private ItemApi api;

    @BeforeEach
    void start() {
        users = dynamo.createTable("users", "email:S");
        scores = dynamo.createTable("scores", "game:S, no:N");
        files = dynamo.createTable("files", "hash:B");
        locked = dynamo.createTable("locked", "email:S");
        api = new ItemApi(dynamo.asyncClient(), 1_000_000)
                .resource("users", GivenWrites.ofUsers(users), ManyResources.EMAIL)
                .resource("scores", new GivenWrites("/scores", scores, Map.of(), Map.of()), ManyResources.GAME_AND_NO)
                .resource(
                        "files",
                        new GivenWrites(
                                "/files",
                                files,
                                Map.of(
                                        "ss",
                                        AttributeType.SS,
                                        "ns",
                                        AttributeType.NS,
                                        "bs",
                                        AttributeType.BS,
                                        "b",
                                        AttributeType.B),
                                Map.of()),
                        ManyResources.HASH)
                .resource(
                        "locked",
                        new GivenWrites("/locked", locked, Map.of(), Map.of())
                                .versioned("v", PreconditionPolicy.OPTIONAL),
                        ManyResources.EMAIL)
                .resource(
                        "guarded",
                        new GivenWrites("/guarded", dynamo.createTable("guarded", "email:S"), Map.of(), Map.of())
                                .versioned("v", PreconditionPolicy.REQUIRED),
                        ManyResources.EMAIL)
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
        var response = send("GET", path + "?consistent=true", "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static void problem(HttpResponse<String> response, int status, String slug) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(JSON.readTree(response.body()).get("type").asText()).isEqualTo("/problems/" + slug);
    }

    @Test
    void itemExistsFromPostToDelete() throws Exception {
        var created = send("POST", "/", "{\"email\":\"a@example.com\",\"zipcode\":\"11208\"}");
        assertThat(created.statusCode()).isEqualTo(201);
        String location = header(created, "Location");
        assertThat(location).isEqualTo("/a%40example.com");

        var read = send("GET", location + "?consistent=true", "");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(header(read, "Content-Type")).isEqualTo("application/json");
        assertThat(read.headers().allValues("Cache-Control")).containsExactly("private, no-cache");
        assertThat(read.body()).isEqualTo("{\"email\":\"a@example.com\",\"active\":true,\"zipcode\":11208}\n");

        var patched = send("PATCH", location, "{\"zipcode\":null,\"city\":\"Brooklyn\"}");
        assertThat(patched.statusCode()).isEqualTo(204);
        assertThat(patched.body()).isEmpty();
        assertThat(item(location))
                .isEqualTo(JSON.readTree("{\"email\":\"a@example.com\",\"active\":true,\"city\":\"Brooklyn\"}"));

        assertThat(send("PUT", location, "{\"city\":\"Queens\"}").statusCode()).isEqualTo(204);
        assertThat(item(location))
                .isEqualTo(JSON.readTree("{\"email\":\"a@example.com\",\"active\":true,\"city\":\"Queens\"}"));

        assertThat(send("DELETE", location, "").statusCode()).isEqualTo(204);
        problem(send("GET", location + "?consistent=true", ""), 404, "no-such-item");
        assertThat(send("DELETE", location, "").statusCode()).isEqualTo(204);
    }

    @Test
    void statusOfPutShowsWhetherTheItemIsNew() throws Exception {
        var created = send("PUT", "/a", "{\"n\":1}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(header(created, "Location")).isEqualTo("/a");
        assertThat(created.body()).isEqualTo("{\"email\":\"a\"}\n");
        var replaced = send("PUT", "/a", "{\"email\":\"a\",\"m\":2}");
        assertThat(replaced.statusCode()).isEqualTo(204);
        assertThat(item("/a")).isEqualTo(JSON.readTree("{\"email\":\"a\",\"active\":true,\"m\":2}"));
    }

    @Test
    void keyOfTheDocumentMustBeThatOfThePath() throws Exception {
        var response = send("PUT", "/a", "{\"email\":\"b\"}");
        problem(response, 422, "invalid-item");
        assertThat(JSON.readTree(response.body()).at("/errors/0/pointer").asText())
                .isEqualTo("/email");
        put("/a", "{}");
        problem(send("PATCH", "/a", "{\"email\":\"b\"}"), 422, "invalid-item");
        problem(send("PATCH", "/a", "{\"email\":null}"), 422, "invalid-item");
        assertThat(send("PATCH", "/a", "{\"email\":\"a\",\"n\":1}").statusCode())
                .isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a b",
                "a+b",
                "a%2Fb",
                "ä€😀",
                "a/b",
                "a\\b",
                ".",
                "..",
                "...",
                "a;b=c",
                "a?b#c&d=e",
                "scores",
                "scores/x",
                "%",
                "files",
                "\"'<>",
                "~",
                "*",
                "{key}",
                " ",
                "a:b@c,d$e!f",
                "\0",
                "a\tb\u001F\u007F\u0080"
            })
    void everyKeyHasALocationThatLeadsToItsItem(String email) throws Exception {
        String document = JSON.writeValueAsString(Map.of("email", email, "n", 1));
        var created = send("POST", "/", document);
        assertThat(created.statusCode()).isEqualTo(201);
        String location = header(created, "Location");

        String more = location.contains("?") ? "&" : "?";
        var read = send("GET", location + more + "consistent=true", "");
        assertThat(read.statusCode()).as(location).isEqualTo(200);
        assertThat(JSON.readTree(read.body()).get("email").asText()).isEqualTo(email);
        assertThat(send("PUT", location, "{\"n\":2}").statusCode()).isEqualTo(204);
        assertThat(send("PATCH", location, "{\"m\":3}").statusCode()).isEqualTo(204);
        assertThat(dynamo.client()
                        .getItem(get -> get.tableName(users).key(Map.of("email", AttributeValue.fromS(email))))
                        .item())
                .containsEntry("n", AttributeValue.fromN("2"))
                .containsEntry("m", AttributeValue.fromN("3"));
        assertThat(send("DELETE", location, "").statusCode()).isEqualTo(204);
        problem(send("GET", location, ""), 404, "no-such-item");
    }

    @Test
    void compositeKeyIsASegmentForEachAttribute() throws Exception {
        put("/scores/chess/12345678901234567890123456789012345678", "{\"player\":\"ada\"}");
        assertThat(item("/scores/chess/12345678901234567890123456789012345678").toString())
                .isEqualTo("{\"game\":\"chess\",\"no\":12345678901234567890123456789012345678,\"player\":\"ada\"}");
        assertThat(send("GET", "/scores?no=012345678901234567890123456789012345678.0&game=chess&consistent=true", "")
                        .statusCode())
                .isEqualTo(200);
        problem(send("GET", "/scores/chess", ""), 404, "unknown-path");
        problem(send("GET", "/scores/chess/x", ""), 400, "bad-key");
    }

    @Test
    void binaryKeyIsBase64Url() throws Exception {
        var created = send("POST", "/files", "{\"hash\":\"+/8=\",\"b\":\"+/8=\"}");
        assertThat(header(created, "Location")).isEqualTo("/files/-_8");
        assertThat(item("/files/-_8").toString()).isEqualTo("{\"hash\":\"+/8=\",\"b\":\"+/8=\"}");
        problem(send("GET", "/files/x!", ""), 400, "bad-key");
    }

    @Test
    void itemThatIsReadCanBeWrittenAgainUnchanged() throws Exception {
        String document = """
                {"hash":"AQ==","b":"AAEC","bool":false,"bs":["AQ==","Ag=="],"l":[1,"1",null,{"x":[]}],"m":{"deep":{"n":-0.00000000000000000000000000000000000001}},\
                "n":9.9999999999999999999999999999999999999E+125,"ns":[1.5,12345678901234567890123456789012345678],"nul":null,"s":"é\\u0000\\"\\\\","ss":["a","b"]}""";
        put("/files/AQ", document);
        Map<String, AttributeValue> stored = file();
        assertThat(stored.get("ss").ss()).containsExactlyInAnyOrder("a", "b");
        assertThat(stored.get("ns").ns()).contains("12345678901234567890123456789012345678");
        var read = send("GET", "/files/AQ?consistent=true", "");
        assertThat(send("PUT", "/files/AQ", read.body()).statusCode()).isEqualTo(204);
        assertThat(file()).isEqualTo(stored);
    }

    private Map<String, AttributeValue> file() {
        return dynamo.client()
                .scan(scan -> scan.tableName(files).consistentRead(true))
                .items()
                .get(0);
    }

    @Test
    void headIsGetWithoutTheBody() throws Exception {
        put("/locked/a", "{}");
        var get = send("GET", "/locked/a", "");
        var head = send("HEAD", "/locked/a", "");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "ETag")).isEqualTo(header(get, "ETag"));
        assertThat(header(head, "Content-Length")).isEqualTo(header(get, "Content-Length"));
        assertThat(send("HEAD", "/locked/b", "").statusCode()).isEqualTo(404);
    }

    @Test
    void optionsListTheMethodsOfThePath() throws Exception {
        var collection = send("OPTIONS", "/scores", "");
        assertThat(collection.statusCode()).isEqualTo(204);
        assertThat(header(collection, "Allow")).isEqualTo("POST, OPTIONS");
        assertThat(header(collection, "Accept-Post"))
                .isEqualTo("application/json, application/x-ndjson, application/jsonl");
        var item = send("OPTIONS", "/scores/chess/1", "");
        assertThat(header(item, "Allow")).isEqualTo("GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
        assertThat(header(item, "Accept-Patch")).isEqualTo("application/merge-patch+json, application/json");

        var batch = send("OPTIONS", "/scores/get", "");
        assertThat(header(batch, "Allow")).isEqualTo("POST, OPTIONS");
        assertThat(header(batch, "Accept-Post")).isEqualTo("application/json");
        assertThat(header(send("OPTIONS", "/locked/get", ""), "Allow"))
                .as("also an item with the key get")
                .isEqualTo("POST, GET, HEAD, PUT, PATCH, DELETE, OPTIONS");

        var post = send("POST", "/scores/chess/1", "{}");
        problem(post, 405, "method-not-allowed");
        assertThat(header(post, "Allow").split(", "))
                .containsExactlyInAnyOrder("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"a":"b"}                  | {"a":"c"}               | {"a":"c"}
                    {"a":"b"}                  | {"b":"c"}               | {"a":"b","b":"c"}
                    {"a":"b"}                  | {"a":null}              | {}
                    {"a":"b","b":"c"}          | {"a":null}              | {"b":"c"}
                    {"a":["b"]}                | {"a":"c"}               | {"a":"c"}
                    {"a":"c"}                  | {"a":["b"]}             | {"a":["b"]}
                    {"a":{"b":"c"}}            | {"a":{"b":"d","c":null}} | {"a":{"b":"d"}}
                    {"a":[{"b":"c"}]}          | {"a":[1]}               | {"a":[1]}
                    {"e":null}                 | {"a":1}                 | {"e":null,"a":1}
                    {}                         | {"a":{"bb":{"ccc":null}}} | {"a":{"bb":{}}}
                    {"a":{"b":{"c":1,"d":2}}}  | {"a":{"b":{"d":null,"e":{"f":null,"g":[null]}}}} | {"a":{"b":{"c":1,"e":{"g":[null]}}}}
                    {"a":{"b":1}}              | {"a":{}}                | {"a":{"b":1}}
                    {"a":1}                    | {"a":{}}                | {"a":{}}
                    {"a":{"b":1}}              | {"a":{"b":{"c":1}},"d":{"e":2}} | {"a":{"b":{"c":1}},"d":{"e":2}}
                    {"x.y":{"#n":1}}           | {"x.y":{"#n":2,":v":3}} | {"x.y":{"#n":2,":v":3}}
                    {}                         | {}                      | {}
                    """)
    void patchIsMergedAsRfc7396Says(String before, String patch, String after) throws Exception {
        put("/scores/g/1", before);
        var response = send("PATCH", "/scores/g/1", patch, "Content-Type", "application/merge-patch+json");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
        var expected = (com.fasterxml.jackson.databind.node.ObjectNode) JSON.readTree(after);
        expected.put("game", "g").put("no", 1);
        assertThat(item("/scores/g/1")).isEqualTo(expected);
    }

    @Test
    void patchDoesNotCreateAnItem() throws Exception {
        problem(send("PATCH", "/a", "{\"n\":1}"), 404, "no-such-item");
        problem(send("PATCH", "/a", "{\"m\":{\"n\":1}}"), 404, "no-such-item");
        problem(send("GET", "/a?consistent=true", ""), 404, "no-such-item");
    }

    @Test
    void patchesOfDifferentPlacesNeverUndoEachOther() throws Exception {
        put("/locked/a", "{\"m\":{}}");
        List<Callable<Integer>> patches = new ArrayList<>();
        IntStream.range(0, 40)
                .forEach(i -> patches.add(() -> send(
                                "PATCH", "/locked/a", "{\"p%d\":%d,\"m\":{\"q%d\":{\"r\":%d}}}".formatted(i, i, i, i))
                        .statusCode()));
        assertThat(ItemApi.together(patches)).containsOnly(204);
        JsonNode item = item("/locked/a");
        assertThat(IntStream.range(0, 40))
                .allMatch(i -> item.get("p" + i).asInt() == i
                        && item.at("/m/q" + i + "/r").asInt() == i);
        assertThat(item.get("v").asLong()).isEqualTo(ItemApi.NOW.toEpochMilli() + 40);
    }

    @Test
    void patchWithTooManyChangesIsRefusedBeforeItIsSent() throws Exception {
        put("/a", "{}");
        StringBuilder patch = new StringBuilder("{\"a0\":0");
        IntStream.range(1, 200).forEach(i -> patch.append(",\"a%d\":%d".formatted(i, i)));
        assertThat(send("PATCH", "/a", patch + "}").statusCode()).isEqualTo(204);
        IntStream.range(200, 600).forEach(i -> patch.append(",\"a%d\":%d".formatted(i, i)));
        problem(send("PATCH", "/a", patch + "}"), 413, "patch-too-large");
    }

    @Test
    void patchThatMakesTheItemTooLargeIsRefused() throws Exception {
        put("/a", "{\"x\":\"%s\"}".formatted("x".repeat(300_000)));
        problem(send("PATCH", "/a", "{\"y\":\"%s\"}".formatted("y".repeat(200_000))), 413, "item-too-large");
        problem(send("PUT", "/a", "{\"y\":\"%s\"}".formatted("y".repeat(500_000))), 413, "item-too-large");
    }
}
