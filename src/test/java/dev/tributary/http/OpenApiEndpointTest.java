package dev.tributary.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tributary.http.access.NewToken;
import dev.tributary.items.FakeTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.Resource;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Requests for the description of the resources. */
class OpenApiEndpointTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String PATH = "/openapi.json";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static ItemApi api;

    @BeforeAll
    static void start() {
        api = ManyResources.on(dynamo, 100_000).start();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void describesEveryResource() throws Exception {
        HttpResponse<String> response = api.send("GET", PATH, "");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(ItemApi.header(response, "Content-Type")).isEqualTo("application/json");
        JsonNode document = JsonSchemas.read(response.body());
        assertThat(document.get("openapi").asText()).isEqualTo("3.1.0");
        assertThat(JsonSchemas.errorsOf(document)).isEmpty();
        assertThat(document.get("paths").fieldNames())
                .toIterable()
                .contains("/", "/{email}", "/scores", "/scores/{game}/{no}", "/locked/{email}", PATH);
    }

    @Test
    void headHasTheSameHeadersAndNoBody() throws Exception {
        HttpResponse<String> get = api.send("GET", PATH, "");
        HttpResponse<String> head = api.send("HEAD", PATH, "");

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        for (String header : List.of("ETag", "Content-Type", "Cache-Control")) {
            assertThat(ItemApi.header(head, header))
                    .isEqualTo(ItemApi.header(get, header))
                    .isNotEmpty();
        }
    }

    @Test
    void knownVersionIsNotSentAgain() throws Exception {
        String etag = ItemApi.header(api.send("GET", PATH, ""), "ETag");

        for (String known : List.of(etag, "W/" + etag, "\"other\", " + etag, "*")) {
            HttpResponse<String> response = api.send("GET", PATH, "", "If-None-Match", known);
            assertThat(response.statusCode()).as(known).isEqualTo(304);
            assertThat(response.body()).isEmpty();
            assertThat(ItemApi.header(response, "ETag")).isEqualTo(etag);
        }
        assertThat(api.send("GET", PATH, "", "If-None-Match", "\"other\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void takesNoParametersAndNoOtherMethod() throws Exception {
        assertThat(api.send("GET", PATH + "?x=1", "").statusCode()).isEqualTo(400);
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            HttpResponse<String> response = api.send(method, PATH, "{\"city\":\"c\"}");
            assertThat(response.statusCode()).as(method).isEqualTo(405);
            assertThat(ItemApi.header(response, "Allow")).isEqualTo("GET, HEAD, OPTIONS");
        }
        HttpResponse<String> options = api.send("OPTIONS", PATH, "");
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(ItemApi.header(options, "Allow")).isEqualTo("GET, HEAD, OPTIONS");
    }

    /** The resource at / could have an item with this name. */
    @Test
    void itemWithItsNameHasAQueryAsItsLocation() throws Exception {
        HttpResponse<String> created = api.send("POST", "/", "{\"email\":\"openapi.json\",\"city\":\"c\"}");

        assertThat(ItemApi.header(created, "Location")).isEqualTo("/?email=openapi.json");
        assertThat(api.send("GET", "/?email=openapi.json&consistent=true", "").body())
                .contains("\"city\":\"c\"");
        assertThat(api.send("DELETE", "/?email=openapi.json", "").statusCode()).isEqualTo(204);
    }

    @Test
    void everyDescribedMethodOfEveryDescribedPathExists() throws Exception {
        JsonNode paths = JsonSchemas.read(api.send("GET", PATH, "").body()).get("paths");
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            for (String method : List.of("get", "head", "put", "patch", "delete", "post", "options")) {
                if (!path.getValue().has(method)) {
                    continue;
                }
                String target = path.getKey().replaceAll("\\{[^}]+}", "1");
                StringBuilder query = new StringBuilder();
                for (JsonNode parameter : path.getValue().get(method).path("parameters")) {
                    if (parameter.get("in").asText().equals("query")
                            && parameter.path("required").asBoolean()) {
                        query.append(query.isEmpty() ? "?" : "&")
                                .append(parameter.get("name").asText())
                                .append("=1");
                    }
                }
                // send validates the reply against the description.
                HttpResponse<String> response = api.send(
                        method.toUpperCase(Locale.ROOT),
                        target + query,
                        path.getValue().get(method).has("requestBody") ? "{}" : "");
                assertThat(response.statusCode())
                        .as("%s %s%s", method, target, query)
                        .isNotIn(405, 501, 500);
            }
        }
    }

    @Test
    void anyTokenMayReadIt(@TempDir Path directory) throws Exception {
        NewToken token = NewToken.make("reader", List.of("other:read"));
        Path file = Files.writeString(directory.resolve("tokens"), token.line());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Resource users = GivenResources.plain(
                "users",
                GivenWrites.ofUsers("users").settings(),
                ManyResources.EMAIL,
                new FakeTable(),
                Duration.ofSeconds(5),
                Clock.systemUTC());
        try (WriteServer server = WriteServer.start(
                GivenHttp.onFreePort().withTokens(file).settings(),
                List.of(users),
                new Health(),
                new SimpleMeterRegistry(),
                Duration.ofSeconds(5))) {
            assertThat(send(server, "GET", PATH, "").statusCode()).isEqualTo(401);
            HttpResponse<String> found = send(server, "GET", PATH, "Bearer " + token.token());
            assertThat(found.statusCode()).isEqualTo(200);
            assertThat(send(server, "PUT", PATH, "Bearer " + token.token()).statusCode())
                    .isEqualTo(403);

            assertThat(JsonSchemas.read(found.body())
                            .at("/components/securitySchemes/bearer/scheme")
                            .asText())
                    .isEqualTo("bearer");
            ApiDescription description = new ApiDescription(found.body());
            for (String authorization : List.of("", "Bearer " + token.token())) {
                for (String method : List.of("GET", "PUT", "OPTIONS")) {
                    HttpResponse<String> refused = send(server, method, "/ada", authorization);
                    assertThat(refused.statusCode()).isEqualTo(authorization.isEmpty() ? 401 : 403);
                    description.assertDescribes(ApiDescription.Exchange.of(refused, "/ada", ""));
                }
            }
        }
    }

    private static HttpResponse<String> send(WriteServer server, String method, String path, String authorization)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.uri() + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, BodyPublishers.noBody());
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }
}
