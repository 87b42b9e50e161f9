package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.AttackedDaemon.Usage;
import dev.tributary.local.LocalDynamoDb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that are made to harm, against a daemon with a heap of 256 MB. Each test looks at the process afterwards: no
 * request leaves anything behind. {@code src/docs/operations.md} has the figures as a promise.
 */
class AttackIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final long MEGABYTE = 1 << 20;

    /** The largest body that is taken. */
    private static final int BODY = 1 << 20;

    @TempDir
    private static Path directory;

    private static AttackedDaemon daemon;

    private Usage before;

    @BeforeAll
    static void start() throws Exception {
        daemon = AttackedDaemon.start(directory, dynamo, dynamo.createTable("items", "id:S"));
        // What the first requests load stays.
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
        AttackedDaemon.repeat(daemon.writePort(), upgrade, 20_000);
        AttackedDaemon.repeat(daemon.adminPort(), upgrade, 20_000);
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
                filled("{\"" + "n".repeat(65_535) + "\":[", "0", "]}"),
                filled("{\"id\":\"m\",\"a\":[", "[{}]", "]}"),
                filled("{\"id\":\"m\",\"a\":[", "1e-130", "]}"),
                "{\"id\":\"m\"," + "\"id\":0,".repeat(130_000) + "\"id\":1}");
        for (String body : bodies) {
            byte[] request = AttackedDaemon.request("POST /items", "Content-Type: application/json", body);
            Duration cpu = daemon.cpu();
            for (int i = 0; i < 5; i++) {
                assertThat(AttackedDaemon.send(daemon.writePort(), request).status())
                        .isIn(413, 422);
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

    /** {@code head}, then {@code element} as often as it fits into a body of the largest size, then {@code tail}. */
    private static String filled(String head, String element, String tail) {
        int times = (BODY - head.length() - tail.length()) / (element.length() + 1);
        return head + (element + ",").repeat(times - 1) + element + tail;
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
