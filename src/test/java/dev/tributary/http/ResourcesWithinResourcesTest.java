package dev.tributary.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.http.access.NewToken;
import dev.tributary.items.FakeTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.Resource;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If the path of one resource is under that of another, no request for one reaches the other. */
class ResourcesWithinResourcesTest {

    private static final String JSON = "{\"v\":1}";

    @TempDir
    private Path directory;

    private final FakeTable table = new FakeTable();

    private WriteServer start(GivenHttp settings) {
        return start(
                settings,
                List.of(
                        resource("all", "/", "a", "b"),
                        resource("cities", "/cities", "state", "city"),
                        resource("big", "/cities/big", "id")));
    }

    private static WriteServer start(GivenHttp settings, List<Resource> resources) {
        return WriteServer.start(
                settings.settings(), resources, new Health(), new SimpleMeterRegistry(), Duration.ofSeconds(5));
    }

    private Resource resource(String name, String path, String... key) {
        return GivenResources.plain(
                name,
                new GivenWrites(path, name, Map.of(), Map.of()).settings(),
                new KeySchema(
                        new KeyAttribute(key[0], AttributeType.S),
                        key.length == 1 ? Optional.empty() : Optional.of(new KeyAttribute(key[1], AttributeType.S))),
                table,
                Duration.ofSeconds(5),
                Clock.systemUTC());
    }

    /** Otherwise the writes would be those of an item of the resource around it. */
    @ParameterizedTest
    @CsvSource({"POST, /views", "PUT, /views", "PUT, /views?id=x", "PATCH, /views", "DELETE, /views", "PUT, /views/x"})
    void readOnlyResourceRefusesWritesWithTheMethodsThatItTakes(String method, String path) throws IOException {
        Resource views = Resource.readOnly(
                "views",
                new GivenWrites("/views", "views", Map.of(), Map.of()).settings(),
                GivenResources.table(new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty()), table),
                Duration.ofSeconds(5),
                Clock.systemUTC());
        for (Resource around : List.of(resource("all", "/", "email"), resource("all", "/", "a", "b"))) {
            try (WriteServer server = start(GivenHttp.onFreePort(), List.of(around, views))) {
                var response = send(server.port(), method, path, JSON, "");
                assertThat(response.status()).as(response.body()).isEqualTo(405);
                assertThat(response.headers()).containsEntry("allow", "GET, HEAD, OPTIONS");
                assertThat(response.body()).contains("takes GET, HEAD, OPTIONS, not " + method);
            }
        }
        assertThat(table.puts).isEmpty();
    }

    private static RawHttp.Response send(int port, String method, String path, String body, String headers)
            throws IOException {
        String request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        return RawHttp.send(port, request.getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource({
        "/towns/x,         all",
        "/?a=cities&b=x,   all",
        "/cities/x/y,      cities",
        "/cities/x/y/,     cities",
        "/cities?state=x&city=y, cities",
        "/cities/big/x,    big",
        "/cities/x,        ",
        "/cities/x/,       ",
        "/cities/x/y/z,    ",
        "/cities/big/x/y,  ",
    })
    void itemIsWrittenToTheTableOfTheResourceWithTheLongestPath(String path, String written) throws IOException {
        try (WriteServer server = start(GivenHttp.onFreePort())) {
            var response = send(server.port(), "PUT", path, JSON, "");
            if (written == null) {
                assertThat(response.status()).isEqualTo(404);
                assertThat(response.body()).contains("/problems/unknown-path", " An item is at /cities/");
                assertThat(table.puts).isEmpty();
            } else {
                assertThat(response.status()).as(response.body()).isIn(201, 204);
                assertThat(table.puts).singleElement().satisfies(put -> assertThat(put.tableName())
                        .isEqualTo(written));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"})
    void everyMethodFindsNothing(String method) throws IOException {
        try (WriteServer server = start(GivenHttp.onFreePort())) {
            assertThat(send(server.port(), method, "/cities/x", "", "").status())
                    .isEqualTo(404);
        }
    }

    @Test
    void itemWithThePathOfAnotherResourceHasAQueryAsItsLocation() throws IOException {
        try (WriteServer server = start(GivenHttp.onFreePort())) {
            var response = send(server.port(), "POST", "/", "{\"a\":\"cities\",\"b\":\"x\"}", "");
            assertThat(response.headers()).containsEntry("location", "/?a=cities&b=x");
        }
    }

    @Test
    void rightIsThatOfTheResourceWithTheLongestPath() throws IOException {
        NewToken all = NewToken.make("all", List.of("all"));
        NewToken cities = NewToken.make("cities", List.of("cities"));
        Path file = directory.resolve("tokens");
        GivenCertificate.writeSecret(file, all.line() + "\n" + cities.line());
        try (WriteServer server = start(GivenHttp.onFreePort().withTokens(file))) {
            assertThat(send(server.port(), "PUT", "/cities/x", JSON, bearer(cities))
                            .status())
                    .isEqualTo(404);
            var response = send(server.port(), "PUT", "/cities/x", JSON, bearer(all));
            assertThat(response.status()).isEqualTo(403);
            assertThat(response.body()).contains("cities:write");
        }
    }

    private static String bearer(NewToken token) {
        return "Authorization: Bearer " + token.token() + "\r\n";
    }
}
