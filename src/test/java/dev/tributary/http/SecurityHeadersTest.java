package dev.tributary.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers of all replies on both ports, those of Jetty's own refusals included. */
class SecurityHeadersTest {

    private static final Map<String, String> EXPECTED = Map.of(
            "content-security-policy", "default-src 'none'; frame-ancestors 'none'",
            "cross-origin-resource-policy", "same-origin",
            "referrer-policy", "no-referrer",
            "x-content-type-options", "nosniff");

    private final Health health = new Health();
    private final Meters meters = new Meters();
    private final FakeTable table = new FakeTable();
    private final AdminServer admin =
            AdminServer.start(GivenHttp.onFreePort().admin(), health, meters, GivenStatus.page());
    private final WriteServer writes = WriteServer.start(
            GivenHttp.onFreePort().settings(),
            List.of(GivenResources.plain(
                    "users",
                    GivenWrites.ofUsers("users").settings(),
                    new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                    table,
                    Duration.ofSeconds(5),
                    Clock.systemUTC())),
            health,
            new SimpleMeterRegistry(),
            Duration.ofSeconds(5));

    @AfterEach
    void stop() {
        writes.close();
        admin.close();
        meters.close();
    }

    private static RawHttp.Response send(int port, String requestLine, String headers) throws IOException {
        String request = requestLine + "\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n";
        return RawHttp.send(port, request.getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POST / HTTP/1.1          | Content-Type: application/json~Content-Length: 13 | 201
            POST / HTTP/1.1          |                                       | 415
            GET / HTTP/1.1           |                                       | 405
            OPTIONS / HTTP/1.1       |                                       | 204
            GET /no/where HTTP/1.1   |                                       | 404
            BREW /a HTTP/1.1         |                                       | 405
            GET /%zz HTTP/1.1        |                                       | 400
            POST / HTTP/1.1          | Content-Length: x                     | 400
            POST / HTTP/1.1          | Transfer-Encoding: gzip               | 400
            no request               |                                       | 505
            GET / HTTP/3.1           |                                       | 505
            GET /LONG HTTP/1.1       |                                       | 414
            GET /a HTTP/1.1          | X: LONG                               | 431
            POST / HTTP/1.1          | Expect: 200-ok                        | 417
            """)
    void everyReplyOfTheWritePortHasSecurityHeaders(String requestLine, String headers, int status) throws IOException {
        String written = headers == null
                ? ""
                : headers.replace("LONG", "x".repeat(100_000)).replace("~", "\r\n") + "\r\n"
                        + (status == 201 ? "\r\n{\"email\":\"e\"}" : "");
        var response = send(writes.port(), requestLine.replace("LONG", "x".repeat(100_000)), written);
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertHeaders(response);
        assertThat(response.headers()).containsEntry("cache-control", "no-store");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /health HTTP/1.1     | 200
            HEAD /health HTTP/1.1    | 200
            GET /metrics HTTP/1.1    | 200
            GET /no/where HTTP/1.1   | 404
            POST /health HTTP/1.1    | 405
            no request               | 505
            """)
    void everyReplyOfTheAdminPortHasSecurityHeaders(String requestLine, int status) throws IOException {
        var response = send(admin.port(), requestLine, "");
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertHeaders(response);
        assertThat(response.headers()).containsEntry("cache-control", "no-store");
    }

    /** State for each visitor would let clients without a token fill the server's memory. */
    @Test
    void upgradesAreIgnoredAndLeaveNoSessionCookieOrFile() throws IOException {
        String upgrade =
                "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
        for (int port : List.of(writes.port(), admin.port())) {
            for (String path : List.of("/", "/health", "/a/b/c")) {
                String request = "GET " + path + " HTTP/1.1";
                var plain = send(port, request, "");
                var upgraded = send(port, request, "Connection: Upgrade\r\n" + upgrade);
                assertThat(upgraded.status()).isEqualTo(plain.status());
                assertHeaders(upgraded);
                var withoutConnection = send(port, request, upgrade);
                assertThat(withoutConnection.status()).isEqualTo(400);
                assertHeaders(withoutConnection);
            }
        }
    }

    /** Replies are not compressed, so one ETag means one sequence of bytes. A proxy may compress. */
    @Test
    void repliesAreNotCompressed() throws IOException {
        String description = "GET /openapi.json HTTP/1.1";
        var plain = send(writes.port(), description, "");
        var asked = send(writes.port(), description, "Accept-Encoding: gzip\r\n");
        assertThat(plain.status()).isEqualTo(200);
        assertThat(asked.headers())
                .doesNotContainKeys("content-encoding")
                .containsEntry("etag", plain.headers().get("etag"));
        assertThat(asked.body()).isEqualTo(plain.body()).hasSizeGreaterThan(10_000);
    }

    @Test
    void repliesWithoutABodyHaveNoContentType() throws IOException {
        var response = send(writes.port(), "OPTIONS /e HTTP/1.1", "");
        assertThat(response.status()).isEqualTo(204);
        assertThat(response.headers()).doesNotContainKeys("content-type", "content-length");
    }

    private static void assertHeaders(RawHttp.Response response) {
        assertThat(response.headers())
                .containsAllEntriesOf(EXPECTED)
                .doesNotContainKeys("server", "x-powered-by", "set-cookie", "strict-transport-security")
                .allSatisfy((name, value) -> assertThat(name).doesNotStartWith("access-control"));
    }

    @Test
    void requestIsNeverEchoed() throws IOException {
        for (int port : List.of(writes.port(), admin.port())) {
            for (String path : List.of("/", "/health", "/a")) {
                var response = send(port, "TRACE " + path + " HTTP/1.1", "Cookie: mine\r\n");
                assertThat(response.status()).isIn(404, 405);
                assertThat(response.body()).doesNotContain("mine");
            }
        }
        assertThat(send(writes.port(), "TRACE /a HTTP/1.1", "").status()).isEqualTo(405);
        assertThat(send(admin.port(), "TRACE /health HTTP/1.1", "").status()).isEqualTo(405);
    }
}
