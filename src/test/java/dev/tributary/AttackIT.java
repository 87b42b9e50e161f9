package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.AttackedDaemon.Usage;
import dev.tributary.local.LocalDynamoDb;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that are made to harm, against a daemon with a heap of 256 MB. Each test looks at the process afterwards: no
 * request leaves anything behind. {@code src/docs/operations.md} has the figures as a promise.
 */
class AttackIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final long MEGABYTE = 1 << 20;

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

    @Test
    void bodiesThatAreTooLargeAreRefusedAndNotHeld() throws Exception {
        String body = "{\"id\":\"large\",\"text\":\"" + "x".repeat(8 << 20) + "\"}";
        byte[] request = AttackedDaemon.request("POST /items", "Content-Type: application/json", body);
        assertThat(AttackedDaemon.together(daemon.writePort(), 16, request))
                .allSatisfy(answer -> assertThat(answer.status()).isIn(413, 503));
        daemon.assertAsBefore(before, 8 * MEGABYTE);
    }
}
