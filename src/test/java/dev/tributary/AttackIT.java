package dev.tributary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.AttackedDaemon.Usage;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Malicious requests to a daemon with a heap of 256 MB. Each test then checks that the process keeps no heap, connection
 * or file of them. {@code src/docs/running.md} promises these figures.
 */
class AttackIT {

    private static final Logger log = LoggerFactory.getLogger(AttackIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final long MEGABYTE = 1 << 20;

    /** Largest accepted body in bytes. */
    private static final int BODY = 1 << 20;

    /** Each pooled connection to DynamoDB keeps the last item that was read over it. */
    private static final long KEPT_BY_CONNECTIONS = 32 * MEGABYTE;

    /** Heap of 400 connections with unread replies. */
    private static final long OF_CONNECTIONS = 16 * MEGABYTE;

    @TempDir
    private static Path directory;

    private static String table;
    private static AttackedDaemon daemon;

    private Usage before;

    @BeforeAll
    static void start() throws Exception {
        table = dynamo.createTable("items", "id:S");
        daemon = AttackedDaemon.start(directory, dynamo, table);
        // Loads classes and fills pools, so that they do not count as growth.
        AttackedDaemon.send(
                daemon.writePort(),
                AttackedDaemon.request("POST /items", "Content-Type: application/json", "{\"id\":\"first\"}"));
        AttackedDaemon.send(daemon.adminPort(), AttackedDaemon.request("GET /metrics", "", ""));
    }

    @AfterAll
    static void end() {
        daemon.close();
    }

    @BeforeEach
    void measure() throws Exception {
        before = daemon.usage();
    }

    @Test
    void upgradesLeaveNothingBehindOnEitherPort() throws Exception {
        String upgrade = String.join(
                "\r\n",
                "GET /items/a/b HTTP/1.1",
                "Host: localhost",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13",
                "",
                "");
        AttackedDaemon.repeat(daemon.writePort(), upgrade, 10_000);
        AttackedDaemon.repeat(daemon.adminPort(), upgrade, 10_000);
        daemon.assertAsBefore(before, 4 * MEGABYTE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[[]]", "{\"a\":0}", "0", "1e125", "true", "\"\""})
    void manyBodiesOfManySmallValuesAreSurvived(String element) throws Exception {
        for (String headers : List.of("", "\r\nIdempotency-Key: k" + element.length())) {
            byte[] request = AttackedDaemon.request(
                    "POST /items",
                    "Content-Type: application/json" + headers,
                    filled("{\"id\":\"m\",\"a\":[", element, "]}"));
            assertThat(AttackedDaemon.together(daemon.writePort(), 16, request))
                    .allSatisfy(answer -> assertThat(answer.status()).isIn(201, 409, 413, 503, 504));
        }
        daemon.assertAsBefore(before, 16 * MEGABYTE);
    }

    @Test
    void manyLinesOfManySmallValuesAreSurvived() throws Exception {
        String line = filled("{\"id\":\"m\",\"a\":[", "[1]", "]}") + "\n";
        for (String headers : List.of("", "\r\nIdempotency-Key: lines")) {
            byte[] request = AttackedDaemon.request(
                    "POST /items", "Content-Type: application/x-ndjson" + headers, line.repeat(8));
            assertThat(AttackedDaemon.together(daemon.writePort(), 8, request))
                    .allSatisfy(answer -> assertThat(answer.status()).isIn(200, 409, 503));
        }
        daemon.assertAsBefore(before, 16 * MEGABYTE);
    }

    @Test
    void bodyOfTheLargestSizeTakesLittleTime() throws Exception {
        List<String> bodies = List.of(
                filled("{\"" + "n".repeat(50_000) + "\":[", "0", "]}"),
                filled("{\"id\":\"m\",\"a\":[", "[{}]", "]}"),
                filled("{\"id\":\"m\",\"a\":[", "1e-130", "]}"),
                "{\"id\":\"m\"," + "\"id\":0,".repeat(130_000) + "\"id\":1}");
        for (String body : bodies) {
            byte[] request = AttackedDaemon.request("POST /items", "Content-Type: application/json", body);
            Duration cpu = daemon.cpu();
            for (int i = 0; i < 5; i++) {
                // 503 while the memory of the request before is not released: it outlives its reply by a moment.
                await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(
                                AttackedDaemon.send(daemon.writePort(), request).status())
                        .isIn(413, 422));
            }
            assertThat(daemon.cpu().minus(cpu)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {",", "0,", "[],", "{},"})
    void manyRefusedDocumentsGetAnAnswerOfBoundedSize(String element) throws Exception {
        byte[] request = AttackedDaemon.request(
                "POST /items", "Content-Type: application/json", "[" + element.repeat(BODY / element.length()));
        AttackedDaemon.Answer answer = AttackedDaemon.send(daemon.writePort(), request);
        assertThat(answer.text().length()).isBetween(10 << 20, 21 << 20);
        assertThat(answer.text()).contains("\"complete\":false", "/problems/too-many-refused");
        daemon.assertAsBefore(before, 8 * MEGABYTE);
    }

    /** {@code head}, then as many {@code element}s as fit into a body of the largest size, then {@code tail}. */
    private static String filled(String head, String element, String tail) {
        int times = (BODY - head.length() - tail.length()) / (element.length() + 1);
        return head + (element + ",").repeat(times - 1) + element + tail;
    }

    /** The daemon has a long idle timeout, so that no connection is closed before the heap is measured. */
    @Test
    void unreadRepliesTakeABoundedPartOfTheHeap(@TempDir Path other) throws Exception {
        putLongItem();
        try (AttackedDaemon patient = AttackedDaemon.start(other, dynamo, table, "http.idle-timeout = 10m")) {
            byte[] request = AttackedDaemon.request("GET /items/large", "", "");
            assertThat(AttackedDaemon.send(patient.writePort(), request).status())
                    .isEqualTo(200);
            Usage first = patient.usage();
            leaveUnread(patient, first, 400);
            leaveUnread(patient, first, 100);
        }
    }

    @Test
    void concurrentReadsOfLongItemsTakeABoundedPartOfTheHeap() throws Exception {
        putLongItem();
        byte[] request = AttackedDaemon.request("GET /items/large", "", "");
        for (int i = 0; i < 3; i++) {
            assertThat(AttackedDaemon.together(daemon.writePort(), 500, request))
                    .allSatisfy(answer -> assertThat(answer.status()).isIn(200, 503, 504));
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(
                            AttackedDaemon.send(daemon.writePort(), request).text())
                    .contains("x".repeat(390_000)));
        }
        daemon.assertAsBefore(before, KEPT_BY_CONNECTIONS);
    }

    /** A condition that fails returns the item. */
    @Test
    void refusedConditionsOnALongItemTakeABoundedPartOfTheHeap() throws Exception {
        putLongItem();
        for (String headers : List.of("", "\r\nIdempotency-Key: refused")) {
            byte[] request = AttackedDaemon.request(
                    "PUT /items/large", "Content-Type: application/json\r\nIf-None-Match: *" + headers, "{}");
            assertThat(AttackedDaemon.together(daemon.writePort(), 500, request))
                    .allSatisfy(answer -> assertThat(answer.status()).isIn(412, 503, 504));
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(
                            AttackedDaemon.send(daemon.writePort(), request).status())
                    .isEqualTo(412));
        }
        daemon.assertAsBefore(before, KEPT_BY_CONNECTIONS);
    }

    private static void putLongItem() {
        dynamo.client().putItem(put -> put.tableName(table)
                .item(Map.of(
                        "id", AttributeValue.fromS("large"),
                        "text", AttributeValue.fromS("x".repeat(390_000)))));
    }

    private void leaveUnread(AttackedDaemon patient, Usage first, int connections) throws Exception {
        // More than the socket buffers hold.
        byte[] many = "GET /items/large HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .repeat(15)
                .getBytes(UTF_8);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                Socket socket = AttackedDaemon.connect(patient.writePort());
                socket.setReceiveBufferSize(4096);
                silent.add(socket);
                socket.getOutputStream().write(many);
            }
            awaitStalled(patient);
            long heap = patient.usage().heapBytes();
            log.info("{} clients do not read answers of 390 KB: {} KB of heap", connections, heap >> 10);
            assertThat(heap - first.heapBytes())
                    .as(patient.largest())
                    .isLessThan(AttackedDaemon.HEAP_MEGABYTES * MEGABYTE / 8 + KEPT_BY_CONNECTIONS + OF_CONNECTIONS);
            assertThat(AttackedDaemon.send(patient.writePort(), AttackedDaemon.request("GET /items/first", "", ""))
                            .status())
                    .isEqualTo(200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        patient.assertAsBefore(first, KEPT_BY_CONNECTIONS);
    }

    /** Waits until no request has ended for three polls. */
    private static void awaitStalled(AttackedDaemon patient) {
        List<String> ended = new ArrayList<>();
        await().atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> {
                    ended.add(AttackedDaemon.send(patient.adminPort(), AttackedDaemon.request("GET /metrics", "", ""))
                            .text()
                            .lines()
                            .filter(line -> line.startsWith("tributary_http_requests_seconds_count"))
                            .collect(Collectors.joining()));
                    List<String> last = ended.subList(Math.max(0, ended.size() - 3), ended.size());
                    return last.size() == 3 && Set.copyOf(last).size() == 1;
                });
    }

    @Test
    void longReplyWithoutDiskIsAnswered507() throws Exception {
        byte[] request = AttackedDaemon.request(
                "POST /items", "Content-Type: application/json", "[" + "0,".repeat(10_000) + "0]");
        Path temporary = directory.resolve("tmp");
        Path away = Files.move(temporary, directory.resolve("away"));
        try {
            AttackedDaemon.Answer answer = AttackedDaemon.send(daemon.writePort(), request);
            assertThat(answer.status()).isEqualTo(507);
            assertThat(answer.text()).contains("/problems/insufficient-storage");
        } finally {
            Files.move(away, temporary);
        }
        assertThat(AttackedDaemon.send(daemon.writePort(), request).status()).isEqualTo(200);
        daemon.assertAsBefore(before, 8 * MEGABYTE);
    }

    @Test
    void silentConnectionsTakeLittleHeapAndLeaveNothing() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 900; i++) {
                silent.add(AttackedDaemon.connect(daemon.writePort()));
            }
            for (int i = 0; i < 60; i++) {
                silent.add(AttackedDaemon.connect(daemon.adminPort()));
            }
            long held = daemon.usage().heapBytes() - before.heapBytes();
            log.info("{} silent connections: {} KB held", silent.size(), held >> 10);
            assertThat(held).isLessThan(16 * MEGABYTE);
            assertThat(AttackedDaemon.send(daemon.adminPort(), AttackedDaemon.request("GET /health", "", ""))
                            .status())
                    .isEqualTo(200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        daemon.assertAsBefore(before, 8 * MEGABYTE);
    }

    /** Meters, rate limits and logs must not grow with values that unauthenticated clients choose. */
    @Test
    void requestsThatAreAllDifferentLeaveNothingBehind() throws Exception {
        for (int round = 0; round < 4; round++) {
            int first = round * 2500;
            String requests = IntStream.range(first, first + 2500)
                    .mapToObj(n -> String.join(
                            "\r\n",
                            (n % 2 == 0 ? "GET /nowhere/" : "BREW" + n + " /items/") + "x".repeat(200) + n
                                    + " HTTP/1.1",
                            "Host: localhost",
                            "X-" + n + ": " + n,
                            "",
                            ""))
                    .collect(Collectors.joining());
            AttackedDaemon.repeat(daemon.writePort(), requests, 1);
            AttackedDaemon.repeat(daemon.adminPort(), requests, 1);
        }
        daemon.assertAsBefore(before, 4 * MEGABYTE);
    }

    @Test
    void adminRequestsTakeLittleTime() throws Exception {
        for (String path : List.of("/health", "/metrics")) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            AttackedDaemon.repeat(daemon.adminPort(), request, 200);
            Duration cpu = daemon.cpu();
            AttackedDaemon.repeat(daemon.adminPort(), request, 500);
            Duration each = daemon.cpu().minus(cpu).dividedBy(500);
            log.info("GET {}: {} microseconds of CPU", path, each.toNanos() / 1000);
            assertThat(each).isLessThan(Duration.ofMillis(20));
        }
        daemon.assertAsBefore(before, 8 * MEGABYTE);
    }

    @Test
    void stopWaitsForOpenWrites(@TempDir Path other) throws Exception {
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
                AttackedDaemon stopping = AttackedDaemon.start(
                        other,
                        dynamo,
                        dynamo.createTable("stopping", "id:S"),
                        "write.items.endpoint = " + front.endpoint())) {
            front.hold(call -> call.operation().equals("PutItem"));
            byte[] request =
                    AttackedDaemon.request("POST /items", "Content-Type: application/json", "{\"id\":\"under-way\"}");
            CompletableFuture<AttackedDaemon.Answer> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return AttackedDaemon.send(stopping.writePort(), request);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            await().atMost(Duration.ofSeconds(20)).until(() -> front.waiting() == 1);
            stopping.process().signal("TERM");
            // Less than the timeout of a write: the stop has to wait for it.
            await().pollDelay(Duration.ofMillis(2500)).until(() -> true);
            assertThat(answer).isNotDone();
            front.release();
            assertThat(answer.get(20, TimeUnit.SECONDS).status()).isEqualTo(201);
            assertThat(stopping.process().awaitExit(Duration.ofSeconds(10))).isZero();
        }
    }

    @Test
    void bodiesThatAreTooLargeAreRefusedAndNotHeld() throws Exception {
        String body = "{\"id\":\"large\",\"text\":\"" + "x".repeat(8 << 20) + "\"}";
        byte[] request = AttackedDaemon.request("POST /items", "Content-Type: application/json", body);
        assertThat(AttackedDaemon.together(daemon.writePort(), 16, request))
                .allSatisfy(answer -> assertThat(answer.status()).isIn(413, 503));
        daemon.assertAsBefore(before, 8 * MEGABYTE);
    }
}
