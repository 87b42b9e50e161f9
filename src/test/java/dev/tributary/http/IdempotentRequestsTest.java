package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.idempotency.AcquireResult.Acquired;
import dev.tributary.idempotency.GivenTime;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.idempotency.RecordId;
import dev.tributary.idempotency.SavedReply;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.IdempotencyPolicy;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Requests with a key take effect once and always get the same reply, with DynamoDB Local. */
class IdempotentRequestsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DAY = Duration.ofHours(24);

    private final GivenTime time = new GivenTime();
    private String users;
    private String records;
    private IdempotencyTable table;
    private ItemApi api;

    @BeforeEach
    void start() {
        users = dynamo.createTable("users", "email:S");
        records = dynamo.createTable("idempotency", "id:S");
        table = new IdempotencyTable(dynamo.asyncClient(), records, time);
        GivenWrites locked = new GivenWrites("/locked", dynamo.createTable("locked", "email:S"), Map.of(), Map.of());
        GivenWrites orders = new GivenWrites(
                "/orders", dynamo.createTable("orders", "email:S"), Map.of("no", AttributeType.N), Map.of());
        api = new ItemApi(dynamo.asyncClient(), 1_000_000)
                .recording(table)
                .resource("users", GivenWrites.ofUsers(users), ManyResources.EMAIL)
                .resource("locked", locked.versioned("v", PreconditionPolicy.OPTIONAL), ManyResources.EMAIL)
                .resource(
                        "guarded",
                        new GivenWrites("/guarded", dynamo.createTable("guarded", "email:S"), Map.of(), Map.of())
                                .versioned("v", PreconditionPolicy.REQUIRED),
                        ManyResources.EMAIL)
                .resource(
                        "strict",
                        new GivenWrites("/strict", dynamo.createTable("strict", "email:S"), Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.REQUIRED, Optional.empty()),
                        ManyResources.EMAIL)
                .resource("orders", orders.keyed(IdempotencyPolicy.REQUIRED, Optional.of("no")), ManyResources.EMAIL)
                .resource(
                        "open",
                        new GivenWrites("/open", dynamo.createTable("open", "email:S"), Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.OFF, Optional.empty()),
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

    private JsonNode item(String path) throws Exception {
        var response = send("GET", path + "?consistent=true", "");
        assertThat(response.statusCode()).as(response.body()).isIn(200, 404);
        return response.statusCode() == 404 ? JSON.nullNode() : JSON.readTree(response.body());
    }

    private static void problem(HttpResponse<String> response, int status, String slug) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).get("type").asText()).isEqualTo("/problems/" + slug);
        assertThat(header(response, "Idempotency-Replayed")).isEmpty();
    }

    private static void executed(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(header(response, "Idempotency-Replayed")).isEmpty();
    }

    /** Compares status, headers and body. */
    private static void replayed(HttpResponse<String> again, HttpResponse<String> first) {
        assertThat(again.statusCode()).as(again.body()).isEqualTo(first.statusCode());
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(header(again, "Idempotency-Replayed")).isEqualTo("true");
        for (String name : List.of("Location", "ETag", "Content-Type")) {
            assertThat(header(again, name)).as(name).isEqualTo(header(first, name));
        }
    }

    /**
     * Each request, on an existing or absent item, is repeated after the item has changed: its precondition fails by then,
     * and yet it gets the first reply, and the item stays as it is.
     */
    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "POST   | /         | absent  | none              | 201",
                "POST   | /         | present | none              | 201",
                "POST   | /         | absent  | If-None-Match: *  | 201",
                "POST   | /locked   | absent  | none              | 201",
                "POST   | /locked   | present | none              | 201",
                "POST   | /locked   | absent  | If-None-Match: *  | 201",
                "POST   | /guarded  | absent  | none              | 201",
                "POST   | /strict   | absent  | none              | 201",
                "PUT    | /a        | absent  | none              | 201",
                "PUT    | /a        | present | none              | 204",
                "PUT    | /a        | absent  | If-None-Match: *  | 201",
                "PUT    | /a        | present | If-Match: *       | 204",
                "PUT    | /locked/a | absent  | none              | 201",
                "PUT    | /locked/a | present | none              | 204",
                "PUT    | /locked/a | present | If-Match: *       | 204",
                "PUT    | /locked/a | present | If-Match: \"1769860800250\" | 204",
                "PUT    | /guarded/a| absent  | none              | 201",
                "PUT    | /guarded/a| present | If-Match: \"1769860800250\" | 204",
                "PATCH  | /a        | present | none              | 204",
                "PATCH  | /a        | present | If-Match: *       | 204",
                "PATCH  | /locked/a | present | none              | 204",
                "PATCH  | /locked/a | present | If-Match: \"1769860800250\" | 204",
                "PATCH  | /guarded/a| present | If-Match: \"1769860800250\" | 204",
                "DELETE | /a        | present | none              | 204",
                "DELETE | /a        | absent  | none              | 204",
                "DELETE | /a        | present | If-Match: *       | 204",
                "DELETE | /locked/a | present | none              | 204",
                "DELETE | /locked/a | present | If-Match: \"1769860800250\" | 204",
                "DELETE | /guarded/a| present | If-Match: \"1769860800250\" | 204",
            })
    void repeatedRequestGetsTheFirstReplyAndChangesNothing(
            String method, String path, String before, String precondition, int status) throws Exception {
        String item = method.equals("POST") ? path.replaceAll("/$", "") + "/a" : path;
        if (before.equals("present")) {
            executed(send("PUT", item, "{\"n\":0}", "Idempotency-Key", "before"), 201);
        }
        String body = method.equals("DELETE") ? "" : method.equals("POST") ? "{\"email\":\"a\",\"n\":1}" : "{\"n\":1}";
        String[] headers = precondition == null
                ? new String[] {"Idempotency-Key", "k"}
                : new String[] {
                    "Idempotency-Key",
                    "k",
                    precondition.split(": ", 2)[0],
                    precondition.split(": ", 2)[1]
                };
        var first = send(method, path, body, headers);
        executed(first, status);
        JsonNode after = item(item);
        replayed(send(method, path, body, headers), first);
        assertThat(item(item)).isEqualTo(after);

        // Another client removes the item, or puts it if it is absent.
        String etag = header(send("GET", item + "?consistent=true", ""), "ETag");
        String[] others = etag.isEmpty()
                ? new String[] {"Idempotency-Key", "other"}
                : new String[] {"Idempotency-Key", "other", "If-Match", etag};
        assertThat((after.isNull() ? send("PUT", item, "{\"n\":2}", others) : send("DELETE", item, "", others))
                        .statusCode())
                .isIn(201, 204);
        JsonNode then = item(item);
        replayed(send(method, path, body, headers), first);
        assertThat(item(item)).isEqualTo(then);
    }

    @Test
    void usedKeyIsRefusedToAnotherRequest() throws Exception {
        executed(send("POST", "/", "{\"email\":\"a\",\"n\":1}", "Idempotency-Key", "k"), 201);
        problem(send("POST", "/", "{\"email\":\"a\",\"n\":2}", "Idempotency-Key", "k"), 422, "idempotency-key-reused");
        problem(send("PUT", "/a", "{\"email\":\"a\",\"n\":1}", "Idempotency-Key", "k"), 422, "idempotency-key-reused");
        problem(
                send("POST", "/", "{\"email\":\"a\",\"n\":1}", "Idempotency-Key", "k", "If-None-Match", "*"),
                422,
                "idempotency-key-reused");
        problem(send("DELETE", "/a", "", "Idempotency-Key", "k"), 422, "idempotency-key-reused");
        assertThat(item("/a").get("n").asInt()).isEqualTo(1);
    }

    @Test
    void sameDocumentInAnotherNotationIsTheSameRequest() throws Exception {
        var first = send("POST", "/", "{\"email\":\"a\",\"n\":1.0}", "Idempotency-Key", "k");
        executed(first, 201);
        replayed(send("POST", "/", "{ \"n\": 10e-1, \"email\": \"\\u0061\" }", "Idempotency-Key", "\"k\""), first);
    }

    @Test
    void keysBelongToAResource() throws Exception {
        executed(send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k"), 201);
        executed(send("POST", "/locked", "{\"email\":\"a\"}", "Idempotency-Key", "k"), 201);
    }

    @Test
    void generatedValuesAreNoPartOfTheRequest() throws Exception {
        var first = send("POST", "/locked", "{\"email\":\"a\",\"n\":1}", "Idempotency-Key", "k");
        executed(first, 201);
        assertThat(header(first, "ETag")).isNotEmpty();
        replayed(send("POST", "/locked", "{\"email\":\"a\",\"n\":1}", "Idempotency-Key", "k"), first);
    }

    @Test
    void keyIsKnownUntilItExpiresEvenIfItsRecordStays() throws Exception {
        var first = send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k");
        time.pass(DAY);
        replayed(send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k"), first);
        time.pass(Duration.ofSeconds(1));
        assertThat(rows()).hasSize(1);
        executed(send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k"), 201);
        time.pass(DAY.plusSeconds(1));
        executed(send("POST", "/", "{\"email\":\"b\"}", "Idempotency-Key", "k"), 201);
        time.pass(DAY.plusSeconds(1));
        problem(send("PATCH", "/c", "{\"n\":1}", "Idempotency-Key", "k"), 404, "no-such-item");
    }

    /** A refused request wrote nothing, so its key is free, and its repetition is carried out. */
    @Test
    void refusalIsNotRecorded() throws Exception {
        problem(send("PATCH", "/a", "{\"n\":1}", "Idempotency-Key", "k"), 404, "no-such-item");
        problem(send("PUT", "/a", "{\"n\":1}", "Idempotency-Key", "k", "If-Match", "*"), 412, "precondition-failed");
        problem(send("POST", "/", "{\"n\":1}", "Idempotency-Key", "k"), 422, "invalid-item");
        problem(send("POST", "/", "{", "Idempotency-Key", "k"), 400, "malformed-json");
        problem(send("DELETE", "/guarded/a", "", "Idempotency-Key", "k"), 428, "precondition-required");
        assertThat(rows()).isEmpty();
        executed(send("PUT", "/a", "{\"n\":1}", "Idempotency-Key", "other"), 201);
        executed(send("PATCH", "/a", "{\"n\":2}", "Idempotency-Key", "k"), 204);
    }

    @Test
    void repetitionGetsItsReplyAlsoAfterTheRulesHaveChanged() throws Exception {
        var first = send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k");
        try (ItemApi stricter = new ItemApi(dynamo.asyncClient(), 1_000_000)
                .recording(table)
                .resource("users", GivenWrites.ofUsers(users).requiring("name"), ManyResources.EMAIL)
                .start()) {
            replayed(stricter.send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k"), first);
            problem(stricter.send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "l"), 422, "invalid-item");
        }
    }

    @Test
    void resourceThatRequiresKeysRefusesRequestsWithoutOne() throws Exception {
        problem(send("POST", "/strict", "{\"email\":\"a\"}"), 400, "idempotency-key-required");
        problem(send("PUT", "/strict/a", "{}"), 400, "idempotency-key-required");
        problem(send("PATCH", "/strict/a", "{}"), 400, "idempotency-key-required");
        problem(send("DELETE", "/strict/a", ""), 400, "idempotency-key-required");
        assertThat(item("/strict/a").isNull()).isTrue();
        executed(send("POST", "/strict", "{\"email\":\"a\"}", "Idempotency-Key", "k"), 201);
        assertThat(send("GET", "/strict/a", "", "Idempotency-Key", "k").statusCode())
                .as("reading takes no key, and does not mind one")
                .isEqualTo(200);
    }

    @Test
    void resourceWithoutKeysRefusesThem() throws Exception {
        problem(send("POST", "/open", "{\"email\":\"a\"}", "Idempotency-Key", "k"), 400, "bad-idempotency-key");
        executed(send("POST", "/open", "{\"email\":\"a\"}"), 201);
        assertThat(rows()).isEmpty();
    }

    @Test
    void keyMayBeAnAttributeOfTheItem() throws Exception {
        var first = send("POST", "/orders", "{\"email\":\"a\",\"no\":7}");
        executed(first, 201);
        replayed(send("POST", "/orders", "{\"email\":\"a\",\"no\":7}"), first);
        problem(send("POST", "/orders", "{\"email\":\"b\",\"no\":7}"), 422, "idempotency-key-reused");
        problem(send("PUT", "/orders/a", "{\"no\":\"7.0\"}"), 422, "idempotency-key-reused");
        problem(send("POST", "/orders", "{\"email\":\"a\"}"), 400, "idempotency-key-required");
        problem(
                send("POST", "/orders", "{\"email\":\"a\",\"no\":7}", "Idempotency-Key", "7"),
                400,
                "bad-idempotency-key");
        problem(send("PATCH", "/orders/a", "{\"no\":8}"), 400, "idempotency-key-required");
        var patched = send("PATCH", "/orders/a", "{\"no\":8}", "Idempotency-Key", "p");
        executed(patched, 204);
        replayed(send("PATCH", "/orders/a", "{\"no\":8}", "Idempotency-Key", "p"), patched);
        var removed = send("DELETE", "/orders/a", "", "Idempotency-Key", "d");
        executed(removed, 204);
        replayed(send("DELETE", "/orders/a", "", "Idempotency-Key", "d"), removed);
    }

    @Test
    void keyMayBeAKeyAttributeInThePath() throws Exception {
        GivenWrites byEmail = new GivenWrites("/mail", dynamo.createTable("mail", "email:S"), Map.of(), Map.of());
        try (ItemApi mail = new ItemApi(dynamo.asyncClient(), 1_000_000)
                .recording(table)
                .resource("mail", byEmail.keyed(IdempotencyPolicy.OPTIONAL, Optional.of("email")), ManyResources.EMAIL)
                .resource(
                        "typed",
                        new GivenWrites("/typed", dynamo.createTable("typed", "email:S"), Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.OPTIONAL, Optional.of("k")),
                        ManyResources.EMAIL)
                .start()) {
            var first = mail.send("PUT", "/mail/a", "{\"n\":1}");
            executed(first, 201);
            replayed(mail.send("PUT", "/mail/a", "{\"n\":1}"), first);
            problem(mail.send("PUT", "/mail/a", "{\"n\":2}"), 422, "idempotency-key-reused");
            executed(mail.send("PATCH", "/mail/a", "{\"n\":2}"), 204);

            for (String value : List.of("true", "\"\"", "[1]", "null", "\"" + "x".repeat(256) + "\"")) {
                problem(mail.send("PUT", "/typed/a", "{\"k\":" + value + "}"), 400, "bad-idempotency-key");
            }
            executed(mail.send("PUT", "/typed/a", "{\"k\":\"" + "ä".repeat(255) + "\"}"), 201);
            executed(mail.send("PUT", "/typed/a", "{}"), 204);
            executed(mail.send("PUT", "/typed/a", "{}"), 204);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"",
                "\"a",
                "a\"",
                "\"a\"b\"",
                "\"a\\\"",
                "\"a\\b\"",
                "a b",
                "a,b",
                "\"a\",\"b\"",
                "\"a\";p=1",
                "ä",
                "\"ä\"",
                "(a b)",
                ":YQ==:;",
                "\"a\tb\"",
            })
    void malformedKeyIsRefused(String value) throws Exception {
        assertThat(raw("Idempotency-Key: " + value + "\r\n")).isEqualTo(400);
        assertThat(rows()).isEmpty();
    }

    /** A group that is repeated for each character would need a frame of the stack for each. */
    @Test
    void longQuotedKeyIsRefused() throws Exception {
        assertThat(raw("Idempotency-Key: \"" + "k".repeat(7_000) + "\"\r\n")).isEqualTo(400);
        assertThat(raw("Idempotency-Key: \"" + "k".repeat(500) + "\"\r\n")).isEqualTo(400);
        assertThat(rows()).isEmpty();
    }

    @Test
    void secondKeyIsRefused() throws Exception {
        assertThat(raw("Idempotency-Key: a\r\nIdempotency-Key: a\r\n")).isEqualTo(400);
        assertThat(raw("Idempotency-Key: \r\n")).isEqualTo(400);
        assertThat(raw("Idempotency-Key: " + "a".repeat(256) + "\r\n")).isEqualTo(400);
        assertThat(raw("Idempotency-Key: " + "a".repeat(255) + "\r\n")).isEqualTo(201);
        assertThat(raw("Idempotency-Key: \"" + "\\\\".repeat(255) + "\"\r\n")).isEqualTo(201);
        assertThat(raw("idempotency-key: \" !#[]~\\\"\"\r\n")).isEqualTo(201);
        assertThat(raw("Idempotency-Key: 8e03978e-40d5-43e8-bc93-6894a57f9324\r\n"))
                .isEqualTo(201);
        assertThat(rows()).hasSize(4);
    }

    private int raw(String headers) throws Exception {
        String body = "{\"email\":\"a\"}";
        String request = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        RawHttp.Response response = RawHttp.send(api.port(), request.getBytes(UTF_8));
        assertThat(response.body()).contains(response.status() == 201 ? "email" : "/problems/bad-idempotency-key");
        return response.status();
    }

    @Test
    void repetitionOfAnOpenRequestIsAnswered409() throws Exception {
        var lock = table.lock(RecordId.of("users", "", "k"), Duration.ofSeconds(30), DAY, time, DAY);
        var held = ((Acquired) lock.take().join()).lock();
        time.pass(Duration.ofSeconds(9));
        var meanwhile = send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k");
        problem(meanwhile, 409, "request-in-progress");
        assertThat(header(meanwhile, "Retry-After")).isEqualTo("21");
        problem(send("POST", "/", "{\"n\":1}", "Idempotency-Key", "k"), 409, "request-in-progress");

        held.complete(new SavedReply(200, Map.of(), "all"), "another").join();
        problem(send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k"), 422, "idempotency-key-reused");
    }

    @Test
    void missingTableOfKeysRefusesRequestsUntilItIsBack() throws Exception {
        dynamo.client().deleteTable(request -> request.tableName(records));
        var refused = send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k");
        problem(refused, 503, "table-unavailable");
        assertThat(refused.body())
                .as("for callers, without what AWS says")
                .contains("The server's health and log have the cause.")
                .doesNotContain(users, records, "ResourceNotFound");
        assertThat(api.health().snapshot().components().toString()).contains(users, records);
        problem(send("POST", "/", "{\"n\":1}", "Idempotency-Key", "k"), 503, "table-unavailable");
        executed(send("POST", "/", "{\"email\":\"b\"}"), 201);
        assertThat(item("/a").isNull()).isTrue();
    }

    @Test
    void tooLargeItemIsRefusedAlsoWithAKey() throws Exception {
        executed(send("PUT", "/a", "{\"a\":\"" + "x".repeat(300_000) + "\"}"), 201);
        problem(
                send("PATCH", "/a", "{\"b\":\"" + "x".repeat(200_000) + "\"}", "Idempotency-Key", "k"),
                413,
                "item-too-large");
        assertThat(rows()).isEmpty();
    }

    @Test
    void recordsContainNeitherKeyNorCaller() throws Exception {
        executed(send("POST", "/", "{\"email\":\"a\",\"secret\":\"s3cr3t\"}", "Idempotency-Key", "my-own-key"), 201);
        assertThat(rows()).singleElement().satisfies(row -> {
            assertThat(row).containsOnlyKeys("id", "status", "expiration", "data", "validation");
            assertThat(row.toString()).doesNotContain("my-own-key").doesNotContain("s3cr3t");
            assertThat(row.get("id").s()).matches("users#[0-9a-f]{64}");
            assertThat(row).containsEntry("status", AttributeValue.fromS("COMPLETED"));
            assertThat(JSON.readTree(row.get("data").s()).get("status").asInt()).isEqualTo(201);
        });
    }

    @Test
    void requestsWithKeysAreCountedByResult() throws Exception {
        send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k");
        send("POST", "/", "{\"email\":\"a\"}", "Idempotency-Key", "k");
        send("POST", "/", "{\"email\":\"b\"}", "Idempotency-Key", "k");
        send("PATCH", "/c", "{\"n\":1}", "Idempotency-Key", "l");
        send("POST", "/", "{\"email\":\"a\"}");
        for (String result : List.of("executed", "replayed", "mismatch", "refused")) {
            assertThat(api.meters()
                            .get("tributary.idempotency")
                            .tag("resource", "users")
                            .tag("result", result)
                            .counter()
                            .count())
                    .as(result)
                    .isEqualTo(1);
        }
    }

    private List<Map<String, AttributeValue>> rows() {
        return dynamo.client()
                .scan(scan -> scan.tableName(records).consistentRead(true))
                .items();
    }
}
