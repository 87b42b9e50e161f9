package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.document.GeneratedValue;
import dev.tributary.http.bulk.BulkLimits;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.local.LocalDynamoDb;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code POST} of many documents to DynamoDB Local. */
class BulkTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_DOCUMENT = 2000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private String users;
    private String locked;
    private ItemApi api;

    @BeforeEach
    void start() {
        users = dynamo.createTable("users", "email:S");
        locked = dynamo.createTable("locked", "email:S");
        api = new ItemApi(dynamo.asyncClient(), MAX_DOCUMENT)
                .resource("users", GivenWrites.ofUsers(users), ManyResources.EMAIL)
                .resource(
                        "locked",
                        new GivenWrites("/locked", locked, Map.of(), Map.of())
                                .versioned("v", PreconditionPolicy.REQUIRED),
                        ManyResources.EMAIL)
                .resource(
                        "made",
                        new GivenWrites("/made", dynamo.createTable("made", "id:S"), Map.of(), Map.of())
                                .making(
                                        Map.of("id", new GeneratedValue(GeneratedValue.Kind.UUID, Duration.ZERO)),
                                        Map.of()),
                        ManyResources.ID)
                .start();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void eachLineHasItsReplyInOrderAndTheLastLineHasTotals() throws Exception {
        HttpResponse<String> response = lines("/", """
                {"email":"ada@example.com","zipcode":12345678901234567890123456789012345678}
                {"email":"bob@example.com"}\r

                {"email":
                {"email":"","zipcode":"x"}
                [1]
                {"email":"cy@example.com"}"""); // without a line feed
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "Content-Type")).isEqualTo("application/x-ndjson");
        List<JsonNode> answer = answer(response);
        assertThat(answer.get(0))
                .isEqualTo(JSON.readTree("{'line':1,'status':201,'location':'/ada%40example.com'}".replace('\'', '"')));
        assertThat(answer.stream().map(line -> line.path("line").asInt())).containsExactly(1, 2, 4, 5, 6, 7, 0);
        assertThat(answer.stream().map(line -> line.path("status").asInt()))
                .containsExactly(201, 201, 400, 422, 400, 201, 0);
        assertThat(answer.get(2).at("/problem/type").asText()).isEqualTo("/problems/malformed-json");
        assertThat(answer.get(2).at("/problem/detail").asText()).contains("column");
        assertThat(answer.get(3).at("/problem/errors")).hasSize(2);
        assertThat(answer.get(4).at("/problem/type").asText()).isEqualTo("/problems/not-an-object");
        assertThat(answer.get(6))
                .isEqualTo(JSON.readTree("{'complete':true,'stored':3,'refused':3}".replace('\'', '"')));

        assertThat(emails()).containsExactly("ada@example.com", "bob@example.com", "cy@example.com");
        assertThat(item(users, "ada@example.com").get("zipcode").n())
                .isEqualTo("12345678901234567890123456789012345678");
        assertThat(item(users, "ada@example.com").get("active").bool()).isTrue();
    }

    @Test
    void elementsOfAnArrayAreCountedFromZero() throws Exception {
        HttpResponse<String> response = api.send("POST", "/", """
                \uFEFF [ {"email":"ada@example.com","name":"br[a],ck\\"}{ets\\\\"} ,
                  {"email":"bob@example.com", "tags":[1,[2]]}, 7, {"email" "x"}, , {"email":"cy@example.com"} ]
                """);
        List<JsonNode> answer = answer(response);
        assertThat(answer.stream().map(line -> line.path("index").asInt(-1))).containsExactly(0, 1, 2, 3, 4, 5, -1);
        assertThat(answer.stream().map(line -> line.path("status").asInt()))
                .containsExactly(201, 201, 400, 400, 400, 201, 0);
        assertThat(answer.get(6).get("complete").asBoolean()).isTrue();
        assertThat(item(users, "ada@example.com").get("name").s()).isEqualTo("br[a],ck\"}{ets\\");
        assertThat(answer(api.send("POST", "/", "[]")))
                .containsExactly(JSON.readTree("{'complete':true,'stored':0,'refused':0}".replace('\'', '"')));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    [{"email":"a@example.com"},         | The array is not closed: the body ends in or before element 1.
                    [{"email":"a@example.com"}, {"em    | The array is not closed: the body ends in or before element 1.
                    [{"email":"a@example.com"}] x       | Expected nothing after the end of the array.
                    """)
    void malformedBodyKeepsTheDocumentsBeforeTheError(String body, String detail) throws Exception {
        List<JsonNode> answer = answer(api.send("POST", "/", body));
        assertThat(answer.get(0).get("status").asInt()).isEqualTo(201);
        JsonNode last = answer.get(answer.size() - 1);
        assertThat(last.get("complete").asBoolean()).isFalse();
        assertThat(last.at("/problem/detail").asText()).isEqualTo(detail);
        assertThat(emails()).containsExactly("a@example.com");
    }

    @Test
    void lastOfTheLinesWithOneKeyStays() throws Exception {
        String body = IntStream.range(0, 500)
                .mapToObj(i -> "{\"email\":\"%s\",\"n\":%d}\n".formatted(i % 3 == 0 ? "hot" : "cold" + i, i))
                .collect(Collectors.joining());
        assertThat(last(lines("/", body)).get("stored").asInt()).isEqualTo(500);
        assertThat(item(users, "hot").get("n").n()).isEqualTo("498");
        assertThat(emails()).hasSize(1 + 333);
    }

    @Test
    void tooLongDocumentIsRefusedAndTheNextIsStored() throws Exception {
        String body = "{\"email\":\"a\",\"x\":\"%s\"}\n{\"email\":\"b\"}\n".formatted("x".repeat(MAX_DOCUMENT * 3));
        List<JsonNode> answer = answer(lines("/", body));
        assertThat(answer.get(0).at("/problem/type").asText()).isEqualTo("/problems/body-too-large");
        assertThat(answer.get(1).get("status").asInt()).isEqualTo(201);
        assertThat(emails()).containsExactly("b");
    }

    @Test
    void preconditionsApplyToEachLine() throws Exception {
        String two = "{\"email\":\"a\",\"n\":1}\n{\"email\":\"a\",\"n\":2}\n";
        List<JsonNode> answer = answer(lines("/locked", two));
        assertThat(answer.get(0).get("etag").asText()).matches("\"\\d+\"");
        assertThat(answer.get(1).at("/problem/type").asText()).isEqualTo("/problems/precondition-required");
        assertThat(item(locked, "a").get("n").n()).isEqualTo("1");

        answer = answer(lines("/", two, "If-None-Match", "*"));
        assertThat(answer.get(0).get("status").asInt()).isEqualTo(201);
        assertThat(answer.get(1).get("status").asInt()).isEqualTo(412);
        assertThat(item(users, "a").get("n").n()).isEqualTo("1");

        HttpResponse<String> refused = lines("/locked", two, "If-Match", "\"1\"");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("names one item");
    }

    @Test
    void eachLineHasTheGeneratedKey() throws Exception {
        List<JsonNode> answer = answer(lines("/made", "{\"n\":1}\n{\"n\":2}\n"));
        assertThat(answer.get(0).get("location").asText())
                .startsWith("/made/")
                .isNotEqualTo(answer.get(1).get("location").asText());
        String body =
                api.send("GET", answer.get(1).get("location").asText(), "").body();
        assertThat(JSON.readTree(body).get("n").asInt()).isEqualTo(2);
    }

    @Test
    void invalidBulkRequestsAreRefused() throws Exception {
        assertThat(lines("/?x=1", "{}").statusCode()).isEqualTo(400);
        assertThat(lines("/nowhere", "{}").statusCode()).isEqualTo(405);
        assertThat(lines("/", "{}", "Content-Encoding", "gzip").statusCode()).isEqualTo(415);
        assertThat(api.send("PUT", "/a", "{}", "Content-Type", "application/x-ndjson")
                        .statusCode())
                .isEqualTo(415);
        assertThat(answer(lines("/", "\n \n"))).hasSize(1);
        assertThat(answer(lines("/", "\u00FF\n")).get(0).get("status").asInt()).isEqualTo(400);
    }

    @Test
    void tooLongBodyIsRefusedByItsDeclaredLengthOrWhenTheLimitIsReached() throws Exception {
        String head =
                "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\n";
        RawHttp.Response declared = RawHttp.send(
                api.port(), (head + "Content-Length: 50000001\r\nExpect: 100-continue\r\n\r\n").getBytes(UTF_8));
        assertThat(declared.status()).isEqualTo(413);
        assertThat(declared.body()).contains("50,000,000");
    }

    @Test
    void documentsAreWrittenWhileOthersArrive() throws Exception {
        try (Conversation conversation = new Conversation()) {
            conversation.send("{\"email\":\"a\"}\n");
            await().atMost(PATIENCE).until(() -> emails().equals(List.of("a")));
            conversation.send("{\"email\":\"b\"}\n{\"email\":\"c\"}\n");
            await().atMost(PATIENCE).until(() -> emails().equals(List.of("a", "b", "c")));
            conversation.end();
            assertThat(conversation.lines(4)).last().isEqualTo("{\"complete\":true,\"stored\":3,\"refused\":0}");
        }
    }

    /** As clients with a single thread do. */
    @Test
    void clientThatSendsEverythingBeforeItReadsGetsTheWholeReply() throws Exception {
        int documents = 30_000;
        try (Conversation conversation = new Conversation()) {
            for (int i = 0; i < documents; i += 1000) {
                conversation.send(IntStream.range(i, i + 1000)
                        .mapToObj(n -> "{\"email\":\"\",\"n\":%d}\n".formatted(n))
                        .collect(Collectors.joining()));
            }
            conversation.end();
            List<String> lines = conversation.lines(documents + 1);
            assertThat(lines.get(documents - 1)).startsWith("{\"line\":%d,\"status\":422,".formatted(documents));
            assertThat(lines.get(documents))
                    .isEqualTo("{\"complete\":true,\"stored\":0,\"refused\":%d}".formatted(documents));
        }
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("tributary-answer-"));
        }
    }

    /** A connection that is closed while the body arrives is reset, and the reply may be lost. */
    @Test
    void aRequestIsRefusedAfterItsBodyHasArrived() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.setSoTimeout(500);
            String head = """
                    POST /nothing/here HTTP/1.1\r
                    Host: localhost\r
                    Content-Type: application/json\r
                    Content-Length: 2\r
                    \r
                    """;
            socket.getOutputStream().write(head.getBytes(UTF_8));
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write("{}".getBytes(UTF_8));
            String reply = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
            assertThat(reply).startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void openBulkRequestsAreBounded() throws Exception {
        try (Conversation one = new Conversation();
                Conversation two = new Conversation()) {
            one.send("{\"email\":\"a\"}\n");
            two.send("{\"email\":\"b\"}\n");
            await().atMost(PATIENCE).until(() -> emails().equals(List.of("a", "b")));
            HttpResponse<String> third = lines("/", "{\"email\":\"c\"}");
            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(header(third, "Retry-After")).isEqualTo("5");
            assertThat(JSON.readTree(third.body()).get("type").asText()).isEqualTo("/problems/busy");
            one.end();
            assertThat(one.lines(2)).last().asString().contains("\"complete\":true");
        }
        await().atMost(PATIENCE).until(() -> lines("/", "{\"email\":\"c\"}").statusCode() == 200);
    }

    @Test
    void requestEndsWhenItsTimeIsOverWhateverItsClientSends() throws Exception {
        api.close();
        api = new ItemApi(dynamo.asyncClient(), MAX_DOCUMENT)
                .resource("users", GivenWrites.ofUsers(users), ManyResources.EMAIL)
                .limiting(new BulkLimits(4, 1_000_000, Duration.ofSeconds(1)))
                .start();
        try (Conversation trickling = new Conversation()) {
            trickling.send("{\"email\":\"a\"}\n");
            CompletableFuture<List<String>> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return trickling.lines(2);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
                trickling.send("\n");
                return answer.isDone();
            });
            assertThat(answer.get()).last().asString().contains("\"complete\":false", "/problems/request-timeout");
        }
        assertThat(emails()).containsExactly("a");
    }

    @Test
    void clientThatDisconnectsLeavesItsDocumentsAndFreesItsSlot() throws Exception {
        for (int i = 0; i < 6; i++) {
            int rows = i + 1;
            try (Conversation conversation = new Conversation()) {
                conversation.send("{\"email\":\"gone" + i + "\"}\n{\"email\":");
                await().atMost(PATIENCE).until(() -> emails().size() == rows);
            }
            await().atMost(PATIENCE).until(() -> lines("/", "").statusCode() == 200);
        }
    }

    @Test
    void stoppingServerReportsTheLastDocument() throws Exception {
        try (Conversation conversation = new Conversation()) {
            conversation.send("{\"email\":\"a\"}\n");
            await().atMost(PATIENCE).until(() -> emails().equals(List.of("a")));
            Thread stopping = new Thread(api::close);
            stopping.start();
            List<String> lines = conversation.lines(2);
            assertThat(lines.get(0)).contains("\"line\":1,\"status\":201");
            assertThat(lines.get(1)).contains("\"complete\":false", "/problems/stopping");
            stopping.join();
            assertThat(emails()).containsExactly("a");
        }
    }

    /** A request that is sent, and whose reply is read, in parts. */
    private final class Conversation implements AutoCloseable {
        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
        private final OutputStream out = socket.getOutputStream();
        private final BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));

        Conversation() throws IOException {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            String head = """
                    POST / HTTP/1.1
                    Host: localhost
                    Content-Type: application/x-ndjson
                    Transfer-Encoding: chunked

                    """;
            out.write(head.replace("\n", "\r\n").getBytes(UTF_8));
        }

        void send(String text) throws IOException {
            out.write((Integer.toHexString(text.length()) + "\r\n" + text + "\r\n").getBytes(UTF_8));
            out.flush();
        }

        void end() throws IOException {
            out.write("0\r\n\r\n".getBytes(UTF_8));
            out.flush();
        }

        /** Reads a reply of this many lines, without its headers. */
        List<String> lines(int expected) throws IOException {
            List<String> lines = new ArrayList<>();
            while (lines.size() < expected) {
                String line = in.readLine();
                if (line == null) {
                    throw new AssertionError("the answer ended after " + lines);
                }
                if (line.startsWith("{")) {
                    lines.add(line);
                }
            }
            return lines;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private HttpResponse<String> lines(String path, String body, String... headers) throws Exception {
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/x-ndjson"));
        all.addAll(List.of(headers));
        return api.send("POST", path, body, all.toArray(String[]::new));
    }

    private static List<JsonNode> answer(HttpResponse<String> response) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : response.body().lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private static JsonNode last(HttpResponse<String> response) throws IOException {
        List<JsonNode> lines = answer(response);
        return lines.get(lines.size() - 1);
    }

    private List<String> emails() {
        return dynamo
                .asyncClient()
                .scan(request -> request.tableName(users).consistentRead(true))
                .join()
                .items()
                .stream()
                .map(item -> item.get("email").s())
                .sorted()
                .toList();
    }

    private static Map<String, AttributeValue> item(String table, String email) {
        return dynamo.asyncClient()
                .getItem(request -> request.tableName(table).key(Map.of("email", AttributeValue.fromS(email))))
                .join()
                .item();
    }
}
