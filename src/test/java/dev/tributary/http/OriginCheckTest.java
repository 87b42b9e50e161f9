package dev.tributary.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.http.access.NewToken;
import dev.tributary.http.status.GivenStatus;
import dev.tributary.items.FakeTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Meters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that browsers send for pages of other sites are refused; those of programs are not. */
class OriginCheckTest {

    private static final String JSON = "{\"email\":\"e\"}";

    @TempDir
    private Path directory;

    private final FakeTable table = new FakeTable();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private WriteServer start(GivenHttp settings) {
        return WriteServer.start(
                settings.settings(),
                List.of(GivenResources.plain(
                        "users",
                        GivenWrites.ofUsers("users").settings(),
                        new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                        table,
                        Duration.ofSeconds(5),
                        Clock.systemUTC())),
                new Health(),
                registry,
                Duration.ofSeconds(5));
    }

    /** @param headers {@code PORT} in it stands for the server's, {@code ~} for the end of a line */
    private static RawHttp.Response post(int port, String headers) throws IOException {
        String request =
                "POST / HTTP/1.1\r\n" + headers.replace("PORT", "" + port).replace("~", "\r\n")
                        + "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " + JSON.length()
                        + "\r\n\r\n" + JSON;
        return RawHttp.send(port, request.getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example:PORT",
                "Host: evil.example",
                "Host: evil.example:PORT~Origin: http://evil.example:PORT",
                "Host: localhost.evil.example:PORT",
                "Host: 127.0.0.1.evil.example:PORT",
                "Host: 127.evil.example",
                "Host: 0.0.0.0:PORT",
                "Host: 10.0.0.1:PORT",
                "Host: [::]:PORT",
                "Host: [fe80::1]:PORT",
                "Host: 2130706433:PORT",
            })
    void reboundHostNameIsRefused(String headers) throws IOException {
        try (WriteServer server = start(GivenHttp.onFreePort())) {
            var response = post(server.port(), headers);
            assertThat(response.status()).isEqualTo(421);
            assertThat(response.body())
                    .contains("/problems/misdirected", "Expected Host: localhost or a loopback address; found ");
            assertThat(table.puts).isEmpty();
            assertThat(registry.get("tributary.http.refused")
                            .tag("problem", "misdirected")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost:PORT",
                "Host: LOCALHOST:PORT",
                "Host: localhost:1",
                "Host: localhost",
                "Host: 127.0.0.1:PORT",
                "Host: 127.1.2.3",
                "Host: [::1]:PORT",
                "Host: [0:0:0:0:0:0:0:1]",
                "Host: localhost:PORT~Origin: http://localhost:PORT",
                "Host: 127.0.0.1:PORT~Origin: http://127.0.0.1:PORT",
                "Host: [::1]:PORT~Origin: http://[::1]:PORT",
                "Host: localhost~Origin: https://localhost",
            })
    void loopbackHostsAreServed(String headers) throws IOException {
        try (WriteServer server = start(GivenHttp.onFreePort())) {
            assertThat(post(server.port(), headers).status()).isEqualTo(201);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: ",
                "Origin: http://localhost",
                "Origin: http://localhost:3000",
                "Origin: http://127.0.0.1:PORT",
                "Origin: http://localhost:PORT.evil.example",
                "Origin: http://localhost:PORT~Origin: http://evil.example",
                "Origin: file://",
                "Origin: chrome-extension://localhost:PORT"
            })
    void pageOfAnotherSiteIsRefused(String origin) throws IOException {
        for (GivenHttp settings : List.of(GivenHttp.onFreePort(), new GivenHttp("127.0.0.1", 0, true, 1000))) {
            try (WriteServer server = start(settings)) {
                var response = post(server.port(), "Host: localhost:PORT~" + origin);
                assertThat(response.status()).isEqualTo(403);
                assertThat(response.body()).contains("/problems/foreign-origin");
                assertThat(table.puts).isEmpty();
            }
        }
    }

    @Test
    void preflightRequestIsNotPermitted() throws IOException {
        try (WriteServer server = start(GivenHttp.onFreePort())) {
            String preflight = """
                    OPTIONS / HTTP/1.1
                    Host: localhost
                    Origin: http://evil.example
                    Access-Control-Request-Method: PUT
                    Connection: close

                    """.replace("\n", "\r\n");
            var response = RawHttp.send(server.port(), preflight.getBytes(ISO_8859_1));
            assertThat(response.status()).isEqualTo(403);
            assertThat(response.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
        }
    }

    @Test
    void programThatSendsNoHostIsServed() throws IOException {
        try (WriteServer server = start(GivenHttp.onFreePort())) {
            var response = RawHttp.send(server.port(), "GET /e?x HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(response.body()).contains("/problems/bad-query");
        }
    }

    @Test
    void hostThatIsConfiguredIsAName() throws IOException {
        try (WriteServer server = start(GivenHttp.onFreePort().at("localhost"))) {
            assertThat(post(server.port(), "Host: localhost:PORT").status()).isEqualTo(201);
            assertThat(post(server.port(), "Host: elsewhere:PORT").status()).isEqualTo(421);
        }
    }

    @Test
    void anyHostIsServedIfRemoteAccessIsAllowed() throws IOException {
        try (WriteServer server = start(new GivenHttp("127.0.0.1", 0, true, 1000))) {
            assertThat(post(server.port(), "Host: tributary.internal").status()).isEqualTo(201);
            assertThat(post(server.port(), "Host: app.example~Origin: https://app.example")
                            .status())
                    .isEqualTo(201);
        }
    }

    @Test
    void tokenSufficesForAnyHostAndOrigin() throws IOException {
        NewToken token = NewToken.make("me", List.of("*"));
        Path file = directory.resolve("tokens");
        GivenCertificate.writeSecret(file, token.line());
        String foreign = "Host: evil.example~Origin: http://evil.example";
        try (WriteServer server = start(GivenHttp.onFreePort().withTokens(file))) {
            assertThat(post(server.port(), foreign + "~Authorization: Bearer " + token.token())
                            .status())
                    .isEqualTo(201);
            assertThat(post(server.port(), foreign).status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /health,  Host: evil.example,   421",
        "GET /metrics, Host: evil.example,   421",
        "GET /metrics, Host: localhost,      200",
        "GET /health,  Host: 127.0.0.1:8081, 200",
        "GET /metrics, Host: localhost~Origin: http://localhost:3000, 403",
    })
    void adminPortIsGuardedToo(String line, String headers, int status) throws IOException {
        try (Meters meters = new Meters();
                AdminServer server =
                        AdminServer.start(GivenHttp.onFreePort().admin(), new Health(), meters, GivenStatus.page())) {
            String request = line + " HTTP/1.1\r\n" + headers.replace("~", "\r\n") + "\r\nConnection: close\r\n\r\n";
            assertThat(RawHttp.send(server.port(), request.getBytes(ISO_8859_1)).status())
                    .isEqualTo(status);
        }
    }
}
