package dev.tributary.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.items.FakeTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.Resource;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;

class WriteServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final FakeTable table = new FakeTable();
    private final Health health = new Health();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private WriteServer server;

    @BeforeEach
    void start() {
        logged.start();
        root().addAppender(logged);
        var composite = new KeySchema(
                new KeyAttribute("state", AttributeType.S), Optional.of(new KeyAttribute("no", AttributeType.N)));
        server = WriteServer.start(
                GivenHttp.onFreePort().settings(),
                List.of(
                        resource(
                                "users",
                                GivenWrites.ofUsers("users"),
                                new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty())),
                        resource("cities", new GivenWrites("/cities", "cities", Map.of(), Map.of()), composite)),
                health,
                registry,
                PATIENCE);
    }

    private Resource resource(String name, GivenWrites settings, KeySchema key) {
        return GivenResources.plain(name, settings.settings(), key, table, Duration.ofSeconds(5), Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        server.close();
        root().detachAppender(logged);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .header("Content-Type", "application/json")
                .timeout(PATIENCE);
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        var response =
                CLIENT.send(request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        var description = CLIENT.send(request("/openapi.json").build(), BodyHandlers.ofString());
        new ApiDescription(description.body()).assertDescribes(ApiDescription.Exchange.of(response, path, body));
        return response;
    }

    @Test
    void replyToAStoredItemHasItsKeyAndLocation() throws Exception {
        var response = post("/", "{\"email\":\"a&b c@é.org\",\"zipcode\":\"11208\"}");
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().firstValue("Location")).contains("/a%26b%20c%40%C3%A9.org");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().map()).doesNotContainKeys("server", "x-powered-by");
        assertThat(response.body()).isEqualTo("{\"email\":\"a&b c@é.org\"}\n");
        assertThat(table.puts).singleElement().satisfies(put -> assertThat(put.item())
                .containsEntry("zipcode", AttributeValue.fromN("11208"))
                .containsEntry("active", AttributeValue.fromBool(true)));
    }

    @Test
    void compositeKeyKeepsAllDigits() throws Exception {
        var response = post("/cities", "{\"no\":12345678901234567890123456789012345678,\"state\":\"N/Y\"}");
        assertThat(response.headers().firstValue("Location"))
                .contains("/cities?state=N%2FY&no=12345678901234567890123456789012345678");
        assertThat(response.body()).isEqualTo("{\"state\":\"N/Y\",\"no\":12345678901234567890123456789012345678}\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    POST  | /        | application/json                  | {"email":            | 400 | malformed-json         | Line 1, column 10
                    POST  | /        | application/json                  | ''                   | 400 | malformed-json         | The body is empty.
                    PUT   | /a       | application/json                  | []                   | 400 | not-an-object          | Expected one JSON object; found an array.
                    POST  | /        | application/json                  | {}                   | 422 | invalid-item           | One value cannot be stored.
                    POST  | /no/where | application/json                 | {"email":"e"}        | 404 | unknown-path           | Nothing is at /no/where.
                    GET   | /no/where | application/json                 | ''                   | 404 | unknown-path           | Nothing is at /no/where.
                    POST  | /users   | application/json                  | {"email":"e"}        | 405 | method-not-allowed     | /users takes
                    GET   | /        | application/json                  | ''                   | 405 | method-not-allowed     | / takes POST, OPTIONS, not GET. An item is at /{email}.
                    PUT   | /cities  | application/json                  | {}                   | 405 | method-not-allowed     | /cities takes POST, OPTIONS, not PUT. An item is at /cities/{state}/{no}.
                    BREW  | /        | application/json                  | ''                   | 405 | method-not-allowed     | / takes
                    POST  | /        | application/x-www-form-urlencoded | {"email":"e"}        | 415 | unsupported-media-type | Expected the header Content-Type: application/json or application/x-ndjson or application/jsonl; found application/x-www-form-urlencoded.
                    POST  | /        | application/json; charset=latin1  | {"email":"e"}        | 415 | unsupported-media-type | Expected the header Content-Type: application/json
                    """)
    void invalidRequestGetsItsProblem(
            String method, String path, String type, String body, int status, String slug, String detail)
            throws Exception {
        var response = CLIENT.send(
                request(path)
                        .setHeader("Content-Type", type)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        JsonNode problem = problem(response, status, slug);
        assertThat(problem.get("detail").asText()).startsWith(detail);
        assertThat(response.headers().firstValue("Allow").isPresent()).isEqualTo(status == 405);
        assertThat(table.puts).isEmpty();
    }

    private static JsonNode problem(HttpResponse<String> response, int status, String slug) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.headers().map()).doesNotContainKeys("server", "x-powered-by");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("type").asText()).isEqualTo("/problems/" + slug);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asText()).isNotBlank();
        return problem;
    }

    @Test
    void replyToAForbiddenMethodListsTheAllowedOnes() throws Exception {
        var response = CLIENT.send(request("/").DELETE().build(), BodyHandlers.ofString());
        assertThat(response.headers().firstValue("Allow")).contains("POST, OPTIONS");
    }

    @Test
    void fieldErrorsPointIntoTheDocument() throws Exception {
        JsonNode problem = problem(post("/", "{\"zipcode\":\"x\",\"l\":[\"\\ud800\"]}"), 422, "invalid-item");
        assertThat(problem.get("errors")).isEqualTo(JSON.readTree("""
                                [{"pointer":"/zipcode","message":"expected a number; found the string \\"x\\""},
                                 {"pointer":"/l/0","message":"expected Unicode text; found half of a surrogate pair, which UTF-8 cannot hold"},
                                 {"pointer":"/email","message":"missing; it is the partition key, of type S"}]
                                """));
    }

    @Test
    void bodyThatIsTooLargeIsRefusedWithAndWithoutItsLength() throws Exception {
        String body = "{\"email\":\"%s\"}".formatted("x".repeat(1000 - 12));
        assertThat(body).hasSize(1000);
        assertThat(post("/", body).statusCode()).isEqualTo(201);
        problem(post("/", body + " "), 413, "body-too-large");

        byte[] bytes = (body + " ").getBytes(StandardCharsets.UTF_8);
        var chunked = request("/")
                .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(bytes)))
                .build();
        problem(CLIENT.send(chunked, BodyHandlers.ofString()), 413, "body-too-large");
        assertThat(table.puts).hasSize(1);
    }

    @Test
    void bodyThatIsNotUtf8IsRefused() throws Exception {
        for (byte[] body :
                List.of("{\"email\":\"\u00C0\u00AF\"}".getBytes(ISO_8859_1), "{\"email\":\"a\"}".getBytes(UTF_16BE))) {
            for (String type : List.of("application/json", "application/x-ndjson")) {
                var response = CLIENT.send(
                        HttpRequest.newBuilder(server.uri())
                                .header("Content-Type", type)
                                .POST(BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(type.endsWith("/json") ? 400 : 200);
                assertThat(response.body()).contains("/problems/malformed-json", "Expected UTF-8");
            }
        }
        assertThat(table.puts).isEmpty();
    }

    @Test
    void compressedBodyIsRefused() throws Exception {
        var request = request("/")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofString("{\"email\":\"e\"}"))
                .build();
        problem(CLIENT.send(request, BodyHandlers.ofString()), 415, "unsupported-media-type");
    }

    @Test
    void locationHasThePrefixThatAProxyStrips() throws Exception {
        var key = new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty());
        try (WriteServer prefixed = WriteServer.start(
                GivenHttp.onFreePort().under("/store/v1").settings(),
                List.of(resource("users", new GivenWrites("/users", "users", Map.of(), Map.of()), key)),
                health,
                new SimpleMeterRegistry(),
                PATIENCE)) {
            var created = CLIENT.send(
                    HttpRequest.newBuilder(prefixed.uri().resolve("/users"))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{\"email\":\"a/b\"}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(created.headers().firstValue("Location")).contains("/store/v1/users?email=a%2Fb");
            var description = CLIENT.send(
                    HttpRequest.newBuilder(prefixed.uri().resolve("/openapi.json"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(description.body()).contains("\"servers\":[{\"url\":\"/store/v1\"}]");
        }
    }

    @Test
    void missingMediaTypeIsRefused() throws Exception {
        var request = HttpRequest.newBuilder(server.uri())
                .POST(BodyPublishers.ofString("{\"email\":\"e\"}"))
                .build();
        var response = CLIENT.send(request, BodyHandlers.ofString());
        problem(response, 415, "unsupported-media-type");
        assertThat(response.headers().firstValue("Accept-Post"))
                .contains("application/json, application/x-ndjson, application/jsonl");
    }

    @Test
    void throttledTableIsAnswered503AndShownInHealthUntilAWriteSucceeds() throws Exception {
        table.fails(DynamoDbException.builder()
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ProvisionedThroughputExceededException")
                        .errorMessage("slow down")
                        .build())
                .build());
        var response = post("/", "{\"email\":\"e\"}");
        problem(response, 503, "throttled");
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(health.snapshot().components().get("write users").status()).isEqualTo(Status.DEGRADED);

        table.answers(
                CompletableFuture.completedFuture(PutItemResponse.builder().build()));
        assertThat(post("/", "{\"email\":\"e\"}").statusCode()).isEqualTo(201);
        assertThat(health.snapshot().components().get("write users").status()).isEqualTo(Status.UP);
    }

    @Test
    void timeoutAndUnreachableTableAreDifferentProblems() throws Exception {
        table.fails(ApiCallTimeoutException.create(5000));
        problem(post("/", "{\"email\":\"e\"}"), 504, "timeout");
        table.fails(SdkClientException.create("connection refused"));
        problem(post("/", "{\"email\":\"e\"}"), 503, "unavailable");
    }

    /** Names of roles, accounts, tables and hosts are for operators only. */
    @Test
    void messagesOfAwsAreNotPassedToCallers() throws Exception {
        String said = "User: arn:aws:iam::123456789012:role/writer is not authorized to perform: dynamodb:PutItem on"
                + " arn:aws:dynamodb:eu-west-1:123456789012:table/users-of-10.0.0.7:8000";
        for (String code : List.of(
                "AccessDeniedException",
                "ResourceNotFoundException",
                "ValidationException",
                "InternalServerError",
                "ProvisionedThroughputExceededException")) {
            table.fails(DynamoDbException.builder()
                    .statusCode(400)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode(code)
                            .errorMessage(said)
                            .build())
                    .build());
            for (String type : List.of("application/json", "application/x-ndjson")) {
                var response = CLIENT.send(
                        HttpRequest.newBuilder(server.uri())
                                .header("Content-Type", type)
                                .header("If-None-Match", "*") // so that each document is a call
                                .POST(BodyPublishers.ofString("{\"email\":\"e\"}"))
                                .build(),
                        BodyHandlers.ofString());
                assertThat(response.body())
                        .as("%s to %s", code, type)
                        .contains("/problems/")
                        .doesNotContain("arn:", "123456789012", "10.0.0.7", "dynamodb:", code);
            }
        }
        table.fails(SdkClientException.create("connect to dynamo.internal/10.0.0.7:8000 refused"));
        assertThat(post("/", "{\"email\":\"e\"}").body())
                .contains("unavailable")
                .doesNotContain("10.0.0.7", "internal");
        assertThat(health.snapshot().components().get("write users").detail()).contains("10.0.0.7");
        assertThat(logged.list)
                .anySatisfy(event -> assertThat(event.getFormattedMessage()).contains("role/writer"));
    }

    @Test
    void successfulReadDoesNotHideFailingWrites() throws Exception {
        table.fails(DynamoDbException.builder()
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("AccessDeniedException")
                        .errorMessage("no PutItem")
                        .build())
                .build());
        problem(post("/", "{\"email\":\"e\"}"), 503, "table-unavailable");
        table.holds(Map.of("email", AttributeValue.fromS("e")));
        var read = CLIENT.send(request("/e").GET().build(), BodyHandlers.ofString());
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(health.snapshot().components().get("write users"))
                .satisfies(component -> assertThat(component.status()).isEqualTo(Status.DEGRADED))
                .satisfies(component -> assertThat(component.detail())
                        .startsWith("writes fail: ")
                        .contains("no PutItem"));

        table.answers(
                CompletableFuture.completedFuture(PutItemResponse.builder().build()));
        assertThat(post("/", "{\"email\":\"e\"}").statusCode()).isEqualTo(201);
        assertThat(health.snapshot().components().get("write users").status()).isEqualTo(Status.UP);
    }

    @Test
    void unexpectedFailureIsLoggedWithoutThePayload() throws Exception {
        table.fails(new IllegalStateException("inner workings"));
        var response = post("/", "{\"email\":\"secret@example.com\"}");
        problem(response, 500, "internal-error");
        assertThat(response.body()).doesNotContain("inner workings").doesNotContain("Exception");
        assertThat(logged.list).anySatisfy(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getFormattedMessage()).isEqualTo("POST / failed");
            assertThat(event.getThrowableProxy()).isNotNull();
        });
        assertThat(logged.list)
                .noneSatisfy(event -> assertThat(event.getFormattedMessage()).contains("secret"));
    }

    @Test
    void malformedHttpGetsAProblemToo() throws Exception {
        assertThat(raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "/problems/bad-request")
                .doesNotContainIgnoringCase("jetty");
        assertThat(raw("POST /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "/problems/bad-request")
                .doesNotContainIgnoringCase("jetty");
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void requestsAreCountedByResourceAndOutcome() throws Exception {
        assertThat(post("/", "{\"email\":\"e\"}").statusCode()).isEqualTo(201);
        assertThat(post("/", "{\"email\":1}").statusCode()).isEqualTo(422);
        assertThat(post("/cities", "no").statusCode()).isEqualTo(400);
        assertThat(count("users", "stored")).isEqualTo(1);
        assertThat(count("users", "invalid-item")).isEqualTo(1);
        assertThat(count("cities", "malformed-json")).isEqualTo(1);
    }

    private long count(String resource, String outcome) {
        return registry.get("tributary.http.requests")
                .tags("resource", resource, "method", "POST", "outcome", outcome)
                .timer()
                .count();
    }

    @Test
    void requestInFlightIsFinishedBeforeTheServerEnds() throws Exception {
        int port = server.port();
        try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), port)) {
            idle.setSoTimeout((int) PATIENCE.toMillis());
            CompletableFuture<PutItemResponse> slow = new CompletableFuture<>();
            table.answers(slow);
            var response = CLIENT.sendAsync(
                    request("/")
                            .POST(BodyPublishers.ofString("{\"email\":\"e\"}"))
                            .build(),
                    BodyHandlers.ofString());
            await().atMost(PATIENCE).until(() -> !table.puts.isEmpty());

            CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
            await().atMost(PATIENCE).until(() -> refusesConnections(port));
            // The idle connection is closed; the one with an open request must stay.
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(response).isNotDone();
            assertThat(closed).isNotDone();
            slow.complete(PutItemResponse.builder().build());

            assertThat(response.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
            closed.get(20, TimeUnit.SECONDS);
        }
    }

    private boolean refusesConnections(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return !socket.isConnected();
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void requestThatNeverEndsDoesNotBlockTheStop() throws Exception {
        FakeTable stuck = new FakeTable();
        stuck.answers(new CompletableFuture<>());
        var resource = GivenResources.plain(
                "users",
                GivenWrites.ofUsers("users").settings(),
                new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                stuck,
                Duration.ofSeconds(5),
                Clock.systemUTC());
        WriteServer other = WriteServer.start(
                GivenHttp.onFreePort().settings(), List.of(resource), new Health(), registry, Duration.ofSeconds(1));
        var response = CLIENT.sendAsync(
                HttpRequest.newBuilder(other.uri())
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"email\":\"e\"}"))
                        .build(),
                BodyHandlers.ofString());
        await().atMost(PATIENCE).until(() -> !stuck.puts.isEmpty());
        CompletableFuture.runAsync(other::close).get(20, TimeUnit.SECONDS);
        // The outcome of the write is unknown, which 500 would not express.
        problem(response.get(20, TimeUnit.SECONDS), 504, "timeout");
    }

    @Test
    void portInUseIsExplained() {
        var taken = new GivenHttp("127.0.0.1", server.port(), false, 1000);
        assertThatThrownBy(() -> WriteServer.start(taken.settings(), List.of(), health, registry, PATIENCE))
                .isInstanceOf(HttpStartException.class)
                .hasMessageContaining("http.port = %d: cannot listen on 127.0.0.1".formatted(server.port()))
                .hasMessageContaining("0 takes a free one");
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .isEmpty();
    }

    @Test
    void remoteAddressIsRefusedUnlessAllowed() {
        assertThatThrownBy(() -> WriteServer.start(
                        new GivenHttp("0.0.0.0", 0, false, 1000).settings(), List.of(), health, registry, PATIENCE))
                .isInstanceOf(HttpStartException.class)
                .hasMessageContaining("http.host = 0.0.0.0");
    }

    @Test
    void resourceAtTheRootHasNoItemsUnderTheOthers() throws Exception {
        var twoParts = new KeySchema(
                new KeyAttribute("state", AttributeType.S), Optional.of(new KeyAttribute("no", AttributeType.S)));
        WriteServer rooted = WriteServer.start(
                GivenHttp.onFreePort().settings(),
                List.of(
                        resource("root", new GivenWrites("/", "root", Map.of(), Map.of()), twoParts),
                        resource("cities", new GivenWrites("/cities", "cities", Map.of(), Map.of()), twoParts)),
                health,
                new SimpleMeterRegistry(),
                PATIENCE);
        try {
            for (String path : List.of("/cities/x", "/%63ities/x", "/cities/")) {
                var response = CLIENT.send(
                        HttpRequest.newBuilder(URI.create(rooted.uri() + path))
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString("{}"))
                                .build(),
                        BodyHandlers.ofString());
                assertThat(response.statusCode()).as(path).isIn(404, 405);
            }
            assertThat(table.puts).isEmpty();
            var other = CLIENT.send(
                    HttpRequest.newBuilder(URI.create(rooted.uri() + "/citiesx/x"))
                            .header("Content-Type", "application/json")
                            .PUT(BodyPublishers.ofString("{}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(other.statusCode()).isEqualTo(204);
            assertThat(table.puts).hasSize(1);
        } finally {
            rooted.close();
        }
    }

    @Test
    void pathThatTheRouterWouldReadAsAPatternIsRefused() {
        for (String path : List.of("/{any}", "/..", "/a/./b")) {
            var settings = new GivenWrites(path, "users", Map.of(), Map.of());
            var key = new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty());
            assertThatThrownBy(() -> WriteServer.start(
                            GivenHttp.onFreePort().settings(),
                            List.of(resource("users", settings, key)),
                            health,
                            registry,
                            PATIENCE))
                    .isInstanceOf(HttpStartException.class)
                    .hasMessageContaining("write.users.path = " + path);
        }
    }

    @Test
    void startAndStopLogNothing() {
        server.close();
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .isEmpty();
    }
}
