package dev.tributary.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tributary.items.FakeTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Connections with more or less than one request, or malformed ones: the boundaries of requests are unambiguous, nothing
 * hangs, and no reply is a 5xx that is the server's fault.
 */
class ConnectionFuzzTest {

    private static final int CONNECTIONS = 400;
    private static final String JSON = "{\"email\":\"e\"}";
    private static final String POST = "POST / HTTP/1.1|Host: localhost|Content-Type: application/json|";
    private static final String WHOLE = POST + "Content-Length: 13||" + JSON;

    /** A request that an attacker hides in the body of another. */
    private static final String HIDDEN =
            "POST /hidden HTTP/1.1|Host: localhost|Content-Type: application/json|Content-Length: 13||" + JSON;

    private static final Pattern STATUS = Pattern.compile("(?:^|\n|})HTTP/1\\.[01] (\\d{3}) ");

    private static final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private static final FakeTable table = new FakeTable();
    private static WriteServer server;

    @BeforeAll
    static void start() {
        logged.start();
        root().addAppender(logged);
        KeySchema email = new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty());
        server = WriteServer.start(
                GivenHttp.onFreePort().settings(),
                Stream.of("/", "/hidden")
                        .map(path -> GivenResources.plain(
                                path.equals("/") ? "users" : "hidden",
                                new GivenWrites(path, path.equals("/") ? "users" : "hidden", Map.of(), Map.of())
                                        .settings(),
                                email,
                                table,
                                Duration.ofSeconds(5),
                                Clock.systemUTC()))
                        .toList(),
                new Health(),
                new SimpleMeterRegistry(),
                Duration.ofSeconds(5));
    }

    @AfterAll
    static void stop() {
        server.close();
        root().detachAppender(logged);
    }

    @AfterEach
    void emptyConnectionsDoNoHarm() throws IOException {
        assertThat(statuses(bytes(WHOLE))).containsExactly(201);
        table.puts.clear();
        assertThat(logged.list).isEmpty();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    /** @param text with {@code |} for the end of a line */
    private static byte[] bytes(String text) {
        return text.replace("|", "\r\n").getBytes(ISO_8859_1);
    }

    /** Sends all bytes, then reads until the server closes or resets the connection. */
    private static String answer(byte[] request) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
                byte[] buffer = new byte[8192];
                for (int n = socket.getInputStream().read(buffer);
                        n >= 0;
                        n = socket.getInputStream().read(buffer)) {
                    answer.write(buffer, 0, n);
                }
            } catch (SocketException reset) {
                return answer.toString(ISO_8859_1);
            }
        }
        return answer.toString(ISO_8859_1);
    }

    private static List<Integer> statuses(byte[] request) throws IOException {
        return statuses(answer(request));
    }

    private static List<Integer> statuses(String answer) {
        return STATUS.matcher(answer)
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .toList();
    }

    /** @param statuses of the answers, in order */
    record Case(String name, String sent, List<Integer> statuses) {

        static Case of(String name, String sent, Integer... statuses) {
            return new Case(name, sent, Arrays.asList(statuses));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        String chunked = POST + "Transfer-Encoding: chunked||";
        String get = "GET / HTTP/1.1|Host: localhost|";
        return Stream.of(
                // several requests on one connection
                Case.of("pipeline", WHOLE + WHOLE + WHOLE, 201, 201, 201),
                Case.of("pipeline with an error in it", WHOLE + get + "|" + WHOLE, 201, 405, 201),
                Case.of("pipeline behind the end", get + "Connection: close||" + HIDDEN, 405),
                Case.of("blank lines between requests", WHOLE + "||" + WHOLE, 201, 201),
                // two declarations of a body's length
                Case.of(
                        "chunked and a length",
                        POST + "Content-Length: 4|Transfer-Encoding: chunked||0||" + HIDDEN,
                        400),
                Case.of(
                        "a length and chunked",
                        POST + "Transfer-Encoding: chunked|Content-Length: 4||0||" + HIDDEN,
                        400),
                Case.of("two lengths", POST + "Content-Length: 13|Content-Length: 0||" + HIDDEN, 400),
                Case.of("two lengths in one header", POST + "Content-Length: 13, 0||" + HIDDEN, 400),
                Case.of("length with a sign", POST + "Content-Length: +13||" + JSON, 400),
                Case.of("negative length", POST + "Content-Length: -13||" + JSON, 400),
                Case.of("length in hexadecimal", POST + "Content-Length: 0xd||" + JSON, 400),
                Case.of("length with a fraction", POST + "Content-Length: 13.0||" + JSON, 400),
                Case.of("length beyond all numbers", POST + "Content-Length: 99999999999999999999||" + JSON, 400),
                Case.of("empty length", POST + "Content-Length:||" + JSON, 400),
                Case.of("unknown transfer coding", POST + "Transfer-Encoding: xchunked||0||" + HIDDEN, 400),
                Case.of("chunked is not the last", POST + "Transfer-Encoding: chunked, identity||0||" + HIDDEN, 400),
                Case.of("chunked twice", POST + "Transfer-Encoding: chunked, chunked||0||" + HIDDEN, 400),
                Case.of("chunked in HTTP/1.0", chunked.replace("/1.1", "/1.0") + "0||" + HIDDEN, 400),
                Case.of("hidden behind a space", POST + "Transfer-Encoding : chunked||0||" + HIDDEN, 400),
                Case.of("hidden behind a tab", POST + "Transfer-Encoding\t: chunked||0||" + HIDDEN, 400),
                Case.of("hidden in a folded line", POST + "X: y| Transfer-Encoding: chunked||0||" + HIDDEN, 400),
                Case.of("folded value", POST + "Content-Length:| 13||" + JSON, 400),
                // chunks
                Case.of("chunks", chunked + "7|{\"email|6;x=y|\":\"e\"}|0|X: y||", 201),
                Case.of("no size", chunked + "|" + HIDDEN, 400),
                Case.of("negative size", chunked + "-1|x|0||", 400),
                Case.of("size with a prefix", chunked + "0xd|" + JSON + "|0||", 400),
                Case.of("size beyond all numbers", chunked + "fffffffffffffffff|" + JSON + "|0||", 400),
                Case.of("size that is too small", chunked + "c|" + JSON + "|0||", 400),
                // request lines
                Case.of("absolute form", WHOLE.replace("POST / ", "POST http://localhost/ "), 201),
                Case.of("absolute form of elsewhere", WHOLE.replace("POST / ", "POST http://evil.example/ "), 400),
                Case.of(
                        "proxy request to elsewhere",
                        WHOLE.replace("POST / ", "POST http://evil.example/ ").replace("localhost", "evil.example"),
                        421),
                Case.of("malformed absolute form", WHOLE.replace("POST / ", "POST http:// "), 400),
                Case.of("no host", WHOLE.replace("Host: localhost|", ""), 400),
                Case.of("two hosts", WHOLE.replace("Host: ", "Host: localhost|Host: "), 400),
                Case.of("host that is none", WHOLE.replace("Host: localhost", "Host: a b"), 400),
                Case.of("host with a user", WHOLE.replace("Host: localhost", "Host: localhost@evil.example"), 400),
                Case.of("HTTP/0.9", "GET /|", 505),
                Case.of("HTTP/0.9 with its version", "GET / HTTP/0.9||", 505),
                Case.of("HTTP/1.2", WHOLE.replace("/1.1", "/1.2"), 505),
                Case.of("HTTP/2 without being asked", "PRI * HTTP/2.0||SM||\0\0\0\4\0\0\0\0\0", 426),
                Case.of(
                        "upgrade to HTTP/2",
                        get + "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: x||",
                        405),
                Case.of("web socket", get + "Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Key: eA==||", 405),
                Case.of("lower case", WHOLE.replace("POST / HTTP", "post / http"), 405),
                Case.of("no path", "GET  HTTP/1.1|Host: localhost||", 505),
                Case.of("leading space", " " + WHOLE, 400),
                // lines and bytes
                Case.of("long method", "X".repeat(20_000) + " / HTTP/1.1||", 431),
                Case.of("long path", "GET /" + "x".repeat(20_000) + " HTTP/1.1||", 414),
                Case.of("long header", get + "X: " + "y".repeat(20_000) + "||", 431),
                Case.of("long name of a header", get + "X".repeat(20_000) + ": y||", 431),
                Case.of("many headers", get + "X: y|".repeat(20_000) + "|", 431),
                Case.of("NUL in the path", "GET /a\0b HTTP/1.1|Host: localhost||", 400),
                Case.of("NUL in a name", get + "X\0: y||", 400),
                Case.of("NUL in a value", get + "X: \0||", 400),
                Case.of("NULs", "\0\0\0\0", 400),
                Case.of("bare CR in a value", get + "X: a\rY: b||", 400),
                Case.of("header without a colon", get + "X||", 400),
                Case.of("header without a name", get + ": y||", 400),
                Case.of("TLS", "\26\3\1\0\5\1\0\0\1\0", 400));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void boundariesOfRequestsAreUnambiguous(Case given) throws IOException {
        String answer = answer(bytes(given.sent()));
        assertThat(statuses(answer)).as(answer).isEqualTo(given.statuses());
        assertThat(table.puts).noneMatch(put -> put.tableName().equals("hidden"));
    }

    /** A client that has disconnected gets no reply. */
    @ParameterizedTest
    @ValueSource(strings = {"", "GET / HT", "GET / HTTP/1.1|Host: loc"})
    void truncatedRequestIsNotCarriedOut(String sent) throws IOException {
        assertThat(statuses(bytes(sent))).isSubsetOf(400);
    }

    /** The connection may be closed at once. */
    @Test
    void bytesAfterMalformedHttpAreNotReadAsARequest() throws IOException {
        assertThat(statuses(bytes(WHOLE + "G(T / HTTP/1.1|Host: localhost||" + HIDDEN)))
                .isIn(List.of(201), List.of(201, 400));
        assertThat(table.puts).noneMatch(put -> put.tableName().equals("hidden"));
    }

    @Test
    void connectIsRefused() throws IOException {
        String answer = answer(bytes("CONNECT localhost:80 HTTP/1.1|Host: localhost:80||" + HIDDEN));
        assertThat(statuses(answer).get(0)).isBetween(400, 499);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void changedBytesBreakNothing(long seed) throws IOException {
        Random random = new Random(seed);
        List<Case> cases = cases().filter(given -> given.sent().length() < 1000).toList();
        int answered = 0;
        for (int i = 0; i < CONNECTIONS; i++) {
            byte[] sent = mangled(
                    bytes(cases.get(random.nextInt(cases.size())).sent()
                            + cases.get(random.nextInt(cases.size())).sent()),
                    random);
            String answer = answer(sent);
            assertThat(statuses(answer))
                    .as("seed %d, connection %d:%n%s%n%s", seed, i, new String(sent, ISO_8859_1), answer)
                    .doesNotContain(500, 502, 503, 504);
            answered += answer.isEmpty() ? 0 : 1;
        }
        assertThat(answered).as("connections that were answered").isGreaterThan(CONNECTIONS / 2);
    }

    private static byte[] mangled(byte[] bytes, Random random) {
        ByteArrayOutputStream mangled = new ByteArrayOutputStream();
        int oneIn = 10 + random.nextInt(200);
        for (byte each : bytes) {
            if (random.nextInt(oneIn) > 0) {
                mangled.write(each);
                continue;
            }
            switch (random.nextInt(4)) {
                case 0 -> mangled.write(random.nextInt(256));
                case 1 -> {
                    mangled.write(each);
                    mangled.write(each);
                }
                case 2 -> mangled.writeBytes(bytes("|"));
                default -> {}
            }
        }
        return mangled.toByteArray();
    }
}
