package dev.tributary.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.local.LocalDynamoDb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Random requests: each gets a reply, none a 5xx that is the server's fault, and none is logged. A failure names its seed
 * and the request.
 */
@Tag("slow")
class RequestFuzzTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int REQUESTS = 800;

    private static final Pattern PLAIN_TARGET = Pattern.compile("/([A-Za-z0-9]+(/[A-Za-z0-9]+)*)?(\\?[a-z0-9=&]*)?");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> METHODS = List.of(
            "POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "BREW", "put", "CONNECT");

    private static final List<String> PATHS = List.of(
            "/",
            "/a",
            "/scores",
            "/scores/g/1",
            "/files/AQ",
            "/typed/a",
            "/locked",
            "/locked/a",
            "/guarded/a",
            "/profiles",
            "/profiles/a",
            "/scores?game=g&no=1",
            "/?email=a",
            "*",
            "http://other/a",
            "");

    private static final List<String> HEADERS = List.of(
            "If-Match",
            "If-None-Match",
            "Content-Type",
            "Content-Encoding",
            "Accept",
            "Expect",
            "Range",
            "Host",
            "Transfer-Encoding",
            "If-Modified-Since",
            "Cookie",
            "X-HTTP-Method-Override",
            "Idempotency-Key");

    private static final List<String> HEADER_VALUES = List.of(
            "*",
            "\"1\"",
            "W/\"1\"",
            "\"1769860800250\"",
            "\"1\", \"2\"",
            "\"",
            "application/json",
            "application/merge-patch+json",
            "text/html",
            "application/json; charset=utf-8",
            "application/json;charset=x",
            "application/x-ndjson",
            "gzip",
            "identity",
            "chunked",
            "100-continue",
            "bytes=0-1",
            "",
            "99999999999999999999",
            "a=b; c=d");

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-0",
            "1e5",
            "1E-130",
            "0.00000000000000000000000000000000000000001",
            "\"text\"",
            "\"\"",
            "\"AQ==\"",
            "\"\\u0000\"",
            "\"\\ud83d\\ude00\"",
            "[]",
            "{}",
            "[1,\"1\",null,[],{}]",
            "{\"m\":{\"n\":null}}",
            "[\"a\",\"b\"]",
            "[1,2]",
            "1e400",
            "12345678901234567890123456789012345678901234567890",
            "[[[[[[[[]]]]]]]]");

    private static final List<String> NAMES = List.of(
            "email",
            "game",
            "no",
            "hash",
            "id",
            "name",
            "age",
            "v",
            "n",
            "b",
            "bool",
            "m",
            "l",
            "ss",
            "ns",
            "bs",
            "x.y",
            "a[0]",
            "#0",
            ":0",
            "",
            "__proto__",
            "é😀",
            "select",
            "size");

    private static final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    private static ItemApi api;

    @BeforeAll
    static void start() {
        logged.start();
        root().addAppender(logged);
        api = ManyResources.on(dynamo, 20_000).start();
    }

    @AfterAll
    static void stop() {
        api.close();
        root().detachAppender(logged);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyRequestGetsAReplyAndNoneBreaksTheServer(long seed) throws IOException {
        Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < REQUESTS; i++) {
            byte[] request = request(random);
            String told = "seed %d, request %d:%n%.2000s%n".formatted(seed, i, new String(request, ISO_8859_1));
            RawHttp.Response response = send(request, told);
            // Jetty refuses an unknown transfer coding or version of HTTP with 501 or 505.
            assertThat(response.status()).as(told + response.body()).isNotIn(500, 502, 503, 504);
            if (response.status() >= 400 && !response.body().isEmpty()) {
                assertThat(response.headers()).as(told).containsEntry("content-type", "application/problem+json");
                assertThat(JSON.readTree(response.body()).get("type").asText())
                        .as(told)
                        .startsWith("/problems/")
                        .isNotEqualTo("/problems/internal-error");
            }
            assertDescribed(request, response);
            accepted += response.status() < 300 ? 1 : 0;
        }
        assertThat(logged.list).as("said in the log at seed %d", seed).isEmpty();
        assertThat(accepted).as("requests that got through to the table").isGreaterThan(REQUESTS / 20);
    }

    /** Closes the connection after these bytes, as a client does that crashes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 100\r\n\r\n{\"n\":",
                "Content-Length: 100\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"n\":",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\n{\"n\":",
                "Transfer-Encoding: chunked\r\n\r\n-5\r\n{\"n\":1}\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n{\"n\":1}",
                "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"n\":1}0\r\n\r\n"
            })
    void truncatedBodyIsTheClientsFault(String rest) throws IOException {
        String head = "PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write((head + rest).getBytes(UTF_8));
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 400 ").contains("/problems/bad-request");
        }
        assertThat(logged.list).isEmpty();
    }

    private static void assertDescribed(byte[] request, RawHttp.Response response) {
        String line = new String(request, ISO_8859_1).lines().findFirst().orElseThrow();
        String target = line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
        if (!PLAIN_TARGET.matcher(target).matches()) {
            return; // the description has paths, not every encoding of one
        }
        api.description()
                .assertDescribes(new ApiDescription.Exchange(
                        line.substring(0, line.indexOf(' ')),
                        target,
                        "",
                        "",
                        response.status(),
                        response.headers(),
                        response.body()));
    }

    private static RawHttp.Response send(byte[] request, String told) throws IOException {
        try {
            return RawHttp.send(api.port(), request);
        } catch (IOException | AssertionError e) {
            throw new AssertionError(told, e);
        }
    }

    private static byte[] request(Random random) throws IOException {
        byte[] body = mangled(document(random).getBytes(UTF_8), random, 4);
        StringBuilder head = new StringBuilder(one(METHODS.subList(0, rarely(random) ? METHODS.size() : 5), random))
                .append(' ')
                .append(path(random))
                .append(" HTTP/1.1\r\n");
        if (!rarely(random)) {
            head.append("Content-Type: application/json\r\n");
        }
        int headers = random.nextInt(3);
        for (int i = 0; i < headers; i++) {
            head.append(one(HEADERS, random))
                    .append(": ")
                    .append(new String(mangled(one(HEADER_VALUES, random).getBytes(ISO_8859_1), random, 8), ISO_8859_1)
                            .replaceAll("[\r\n]", " "))
                    .append("\r\n");
        }
        head.append("Host: localhost\r\nConnection: close\r\nContent-Length: ")
                .append(body.length)
                .append("\r\n\r\n");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(head.toString().getBytes(ISO_8859_1));
        bytes.write(body);
        return bytes.toByteArray();
    }

    private static String path(Random random) {
        StringBuilder path = new StringBuilder(one(PATHS, random));
        if (rarely(random)) {
            Supplier<String> segment = () ->
                    one(List.of("%2F", "%00", "%FF", "%", "..", "%2e%2E", "//", ";a=b", "?", "é", "+", "#"), random);
            path.append(segment.get()).append(segment.get());
        }
        return path.toString();
    }

    private static String document(Random random) {
        StringBuilder document = new StringBuilder("{");
        int members = random.nextInt(6);
        for (int i = 0; i < members; i++) {
            document.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(one(NAMES, random))
                    .append("\":")
                    .append(one(VALUES, random));
        }
        if (rarely(random)) {
            document.append(",\"deep\":").append("[".repeat(random.nextInt(10_000)));
        }
        return document.append('}').toString();
    }

    /** Changes a few bytes of some requests. */
    private static byte[] mangled(byte[] bytes, Random random, int oneIn) {
        byte[] mangled = bytes.clone();
        if (mangled.length > 0 && random.nextInt(oneIn) == 0) {
            int changes = 1 + random.nextInt(3);
            for (int i = 0; i < changes; i++) {
                mangled[random.nextInt(mangled.length)] = (byte) random.nextInt(256);
            }
        }
        return mangled;
    }

    private static boolean rarely(Random random) {
        return random.nextInt(10) == 0;
    }

    private static <T> T one(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
