package dev.tributary.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.http.access.NewToken;
import dev.tributary.http.access.RateSettings;
import dev.tributary.http.server.HttpLimits;
import dev.tributary.items.FakeTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;

/** The limits and timeouts of the write endpoint, over real sockets. */
@Tag("slow")
class LimitsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String ITEM = "{\"email\":\"e\"}";

    private final FakeTable table = new FakeTable();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<Socket> sockets = new ArrayList<>();
    private WriteServer server;

    @TempDir
    private Path directory;

    private void start(GivenHttp settings) {
        var users = GivenResources.plain(
                "users",
                GivenWrites.ofUsers("users").settings(),
                new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                table,
                Duration.ofSeconds(30),
                Clock.systemUTC());
        server = WriteServer.start(settings.settings(), List.of(users), new Health(), registry, Duration.ofMillis(200));
    }

    private void start(HttpLimits limits) {
        start(GivenHttp.onFreePort().with(limits));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    private static HttpLimits limits(int connections, int requests, int openBytes) {
        return new HttpLimits(
                1000, openBytes, requests, connections, 8192, Duration.ofSeconds(10), 1024, Duration.ofSeconds(30));
    }

    private static HttpLimits times(Duration request, int bytesPerSecond, Duration idle) {
        return new HttpLimits(1000, 65_536, 64, 64, 8192, request, bytesPerSecond, idle);
    }

    private static RateSettings rate(int perSecond, int burst) {
        return new RateSettings(Optional.of(perSecond), Optional.of(burst));
    }

    private Socket connected() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        sockets.add(socket);
        return socket;
    }

    private Socket sending(String bytes) throws IOException {
        Socket socket = connected();
        socket.getOutputStream().write(bytes.getBytes(US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (SocketException e) {
            return ""; // the server closed it with bytes unread
        }
    }

    private RawHttp.Response post(String... headers) throws IOException {
        String more = String.join("", headers);
        return RawHttp.send(
                server.port(), (head(ITEM.length()) + more + "Connection: close\r\n\r\n" + ITEM).getBytes(US_ASCII));
    }

    private static String head(int length) {
        return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + length
                + "\r\n";
    }

    private double refused(String problem) {
        return registry.get("tributary.http.refused")
                .tag("problem", problem)
                .counter()
                .count();
    }

    private void awaitOpen(int requests) {
        await().atMost(PATIENCE)
                .until(() -> registry.get("tributary.http.open").gauge().value() == requests);
    }

    @Test
    void requestsBeyondTheLimitAreRefusedUntilOthersEnd() throws Exception {
        start(limits(64, 2, 65_536));
        CompletableFuture<PutItemResponse> slow = new CompletableFuture<>();
        table.answers(slow);
        List<Socket> open = List.of(
                sending(head(ITEM.length()) + "Connection: close\r\n\r\n" + ITEM),
                sending(head(ITEM.length()) + "Connection: close\r\n\r\n" + ITEM));
        awaitOpen(2);

        RawHttp.Response refused = post();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.headers())
                .containsEntry("retry-after", "1")
                .containsEntry("content-type", "application/problem+json");
        assertThat(refused.body()).contains("/problems/overloaded");
        assertThat(refused("overloaded")).isEqualTo(1);

        slow.complete(PutItemResponse.builder().build());
        for (Socket socket : open) {
            assertThat(answer(socket)).startsWith("HTTP/1.1 201");
        }
        awaitOpen(0);
        assertThat(post().status()).isEqualTo(201);
    }

    @Test
    void memoryOfBodiesIsBounded() throws Exception {
        start(limits(64, 64, 1000));
        sending(head(990) + "\r\n");
        awaitOpen(1);
        assertThat(post().body()).contains("/problems/overloaded");

        sockets.get(0).close();
        awaitOpen(0);
        sending(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        awaitOpen(1);
        assertThat(post().body())
                .as("a body of unknown length may be as long as any")
                .contains("/problems/overloaded");
    }

    @Test
    void requestsWithoutABodyTakeNothingOfTheMemoryForBodies() throws Exception {
        start(limits(64, 64, 1000));
        table.answersReads(new CompletableFuture<>());
        for (int i = 1; i <= 3; i++) {
            sending("GET /e HTTP/1.1\r\nHost: localhost\r\n\r\n");
            awaitOpen(i);
        }
    }

    @Test
    void stalledClientsDoNotStarveOthers() throws Exception {
        start(limits(400, 301, 400_000));
        for (int i = 0; i < 300; i++) {
            sending(head(100) + "\r\n{");
        }
        awaitOpen(300);
        assertThat(post().status()).isEqualTo(201);
    }

    @Test
    void connectionsBeyondTheLimitWaitUntilIdleOnesAreClosed() throws Exception {
        start(limits(3, 64, 65_536));
        for (int i = 0; i < 3; i++) {
            sending("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(sockets.get(i).getInputStream().read()).isEqualTo('H');
        }
        assertThat(post().status()).isEqualTo(201);
    }

    @Test
    void stalledBodyIsAnswered408AndTheConnectionClosed() throws Exception {
        start(times(Duration.ofSeconds(10), 1024, SHORT));
        Socket socket = sending(head(100) + "\r\n{");
        assertThat(answer(socket)).startsWith("HTTP/1.1 408").contains("/problems/request-timeout");
        assertThat(table.puts).isEmpty();
        awaitOpen(0);
    }

    @Test
    void tricklingBodyIsAnswered408ThoughEachByteComesInTime() throws Exception {
        start(times(SHORT, 1_048_576, PATIENCE));
        Socket socket = sending(head(900) + "\r\n{");
        trickle(socket, " ");
        assertThat(answer(socket)).startsWith("HTTP/1.1 408").contains("/problems/request-timeout");
        assertThat(table.puts).isEmpty();
    }

    @Test
    void bodyThatComesFastEnoughMayTakeLongerThanTheTimeout() throws Exception {
        start(times(SHORT, 1, PATIENCE));
        Socket socket = sending(head(ITEM.length()) + "Connection: close\r\n\r\n" + ITEM.substring(0, 8));
        long begin = System.nanoTime();
        await().atMost(PATIENCE)
                .until(() -> System.nanoTime() - begin > SHORT.multipliedBy(2).toNanos());
        socket.getOutputStream().write(ITEM.substring(8).getBytes(US_ASCII));
        assertThat(answer(socket)).startsWith("HTTP/1.1 201");
    }

    @Test
    void tricklingHeadersAreCutOffOnANewConnectionAndOnAUsedOne() throws Exception {
        start(times(SHORT, 1024, PATIENCE));
        Socket fresh = sending("POST / HTTP/1.1\r\nX: ");
        trickle(fresh, "x");
        assertThat(answer(fresh)).isEmpty();

        Socket used = sending("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        byte[] status = used.getInputStream().readNBytes("HTTP/1.1 204".length());
        assertThat(new String(status, US_ASCII)).isEqualTo("HTTP/1.1 204");
        trickle(used, "G");
        assertThat(answer(used)).doesNotContain("HTTP/1.1");
    }

    @Test
    void idleConnectionIsNotTakenForASlowOne() throws Exception {
        start(times(SHORT, 1024, PATIENCE));
        String request = "OPTIONS / HTTP/1.1\r\nHost: localhost\r\n";
        Socket socket = sending(request + "\r\n");
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        long begin = System.nanoTime();
        await().atMost(PATIENCE)
                .until(() -> System.nanoTime() - begin > SHORT.multipliedBy(3).toNanos());
        socket.getOutputStream().write((request + "Connection: close\r\n\r\n").getBytes(US_ASCII));
        assertThat(answer(socket)).contains("HTTP/1.1 204");
    }

    @Test
    void requestMayTakeLongerThanItsHeadersAndTheIdleTimeout() throws Exception {
        start(times(SHORT, 1024, SHORT));
        CompletableFuture<PutItemResponse> slow = new CompletableFuture<>();
        table.answers(slow);
        Socket socket = sending(head(ITEM.length()) + "Connection: close\r\n\r\n" + ITEM);
        awaitOpen(1);
        long begin = System.nanoTime();
        await().atMost(PATIENCE)
                .until(() -> System.nanoTime() - begin > SHORT.multipliedBy(3).toNanos());
        slow.complete(PutItemResponse.builder().build());
        assertThat(answer(socket)).startsWith("HTTP/1.1 201");
    }

    /** Sends the text repeatedly until the server closes the connection. */
    private static void trickle(Socket socket, String text) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            try {
                socket.getOutputStream().write(text.getBytes(US_ASCII));
                return socket.getInputStream().available() > 0 && text.equals(" ");
            } catch (IOException closed) {
                return true;
            }
        });
    }

    @Test
    void connectionOfAClientThatReadsTooSlowlyIsClosed() throws Exception {
        start(times(SHORT, 1_048_576, PATIENCE));
        table.holds(Map.of("email", AttributeValue.fromS("e"), "text", AttributeValue.fromS("x".repeat(390_000))));
        Socket slow = connected();
        slow.setReceiveBufferSize(4096);
        // More than the system's buffers hold.
        slow.getOutputStream()
                .write("GET /e HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(30).getBytes(US_ASCII));
        awaitOpen(1);
        AtomicInteger received = new AtomicInteger();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            try {
                received.addAndGet(slow.getInputStream().read(new byte[100]));
            } catch (SocketException closed) {
                return true;
            }
            return registry.get("tributary.http.open").gauge().value() == 0;
        });
        assertThat(received.get()).as("bytes of the first reply").isBetween(1, 390_000);
    }

    @Test
    void idleConnectionIsClosed() throws Exception {
        start(times(PATIENCE, 1024, SHORT));
        assertThat(answer(connected())).isEmpty();
    }

    @Test
    void sizeOfHeadersAndUriIsBounded() throws Exception {
        start(GivenHttp.LIMITS);
        RawHttp.Response headers = post("X: " + "x".repeat(9000) + "\r\n");
        assertThat(headers.status()).isEqualTo(431);
        assertThat(headers.body()).contains("/problems/bad-request");
        RawHttp.Response uri = RawHttp.send(
                server.port(),
                ("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .getBytes(US_ASCII));
        assertThat(uri.status()).isEqualTo(414);
        assertThat(uri.body()).contains("/problems/bad-request");
        assertThat(uri.headers()).containsEntry("x-content-type-options", "nosniff");
    }

    @Test
    void callerBeyondItsRateIsAnswered429() throws Exception {
        start(GivenHttp.onFreePort().with(rate(1, 2)));
        assertThat(post().status()).isEqualTo(201);
        assertThat(post().status()).isEqualTo(201);
        RawHttp.Response refused = post();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("retry-after", "1");
        assertThat(refused.body()).contains("/problems/too-many-requests");
        assertThat(refused("too-many-requests")).isGreaterThanOrEqualTo(1);
    }

    @Test
    void callersWithTokensHaveARateEach() throws Exception {
        NewToken one = NewToken.make("one", List.of("*"));
        NewToken other = NewToken.make("other", List.of("*"));
        start(GivenHttp.onFreePort().withTokens(tokens(one, other)).with(rate(1, 1)));
        assertThat(post(bearer(one.token())).status()).isEqualTo(201);
        assertThat(post(bearer(one.token())).status()).isEqualTo(429);
        assertThat(post(bearer(other.token())).status()).isEqualTo(201);
    }

    @Test
    void unknownTokensAreLimitedAndKnownOnesAreNot() throws Exception {
        NewToken known = NewToken.make("known", List.of("*"));
        start(GivenHttp.onFreePort().withTokens(tokens(known)));
        RawHttp.Response refused = await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> post(bearer("trb_" + "x".repeat(43))), response -> response.status() != 401);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("retry-after", "1").doesNotContainKey("www-authenticate");
        assertThat(refused("unauthenticated")).isGreaterThanOrEqualTo(50);
        assertThat(post(bearer(known.token())).status()).isEqualTo(201);
    }

    private Path tokens(NewToken... tokens) throws IOException {
        Path file = Files.writeString(
                directory.resolve("tokens"),
                String.join("\n", List.of(tokens).stream().map(NewToken::line).toList()));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token + "\r\n";
    }

    @Test
    void everyReplyHasTheSecurityHeaders() throws Exception {
        start(GivenHttp.LIMITS);
        String close = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        for (Map.Entry<String, Integer> request : Map.of(
                        "OPTIONS /" + close,
                        204,
                        "GET /" + close,
                        405,
                        "GET /no/where" + close,
                        404,
                        "TRACE /" + close,
                        405,
                        "GET /%zz" + close,
                        400,
                        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                        400,
                        "POST /" + close,
                        415)
                .entrySet()) {
            RawHttp.Response response =
                    RawHttp.send(server.port(), request.getKey().getBytes(US_ASCII));
            assertThat(response.status()).as(request.getKey()).isEqualTo(request.getValue());
            assertThat(response.headers())
                    .as(request.getKey())
                    .containsEntry("x-content-type-options", "nosniff")
                    .containsEntry("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
                    .containsEntry("referrer-policy", "no-referrer")
                    .containsEntry("cache-control", "no-store")
                    .doesNotContainKeys("server", "x-powered-by", "strict-transport-security")
                    .doesNotContainKeys("access-control-allow-origin");
        }
    }

    @Test
    void callersWithTokensMayUseAnyHost() throws Exception {
        NewToken known = NewToken.make("known", List.of("*"));
        start(GivenHttp.onFreePort().withTokens(tokens(known)));
        assertThat(to("api.example.com", bearer(known.token())).status()).isEqualTo(201);
    }

    private RawHttp.Response to(String host, String headers) throws IOException {
        return RawHttp.send(
                server.port(),
                (head(ITEM.length()).replace("localhost", host) + headers + "Connection: close\r\n\r\n" + ITEM)
                        .getBytes(US_ASCII));
    }
}
