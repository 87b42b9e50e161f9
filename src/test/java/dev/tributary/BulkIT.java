package dev.tributary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bulk request that is larger than the memory of the process. */
class BulkIT {

    private static final Logger log = LoggerFactory.getLogger(BulkIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int LINES = 16_000;
    private static final int PAYLOAD = 3_300;
    private static final int HEAP_MEGABYTES = 48;

    @TempDir
    private Path directory;

    @Test
    void linesAreWrittenWithinAHeapThatIsSmallerThanTheyAre() throws Exception {
        String table = dynamo.createTable("items", "id:S");
        try (Daemons daemons = new Daemons(dynamo, directory)) {
            DaemonProcess daemon =
                    daemons.start("""
                    application = %1$s
                    write.items.path = /items
                    write.items.table = %1$s
                    """.formatted(table), Map.of("JAVA_OPTS", "-Xmx" + HEAP_MEGABYTES + "m"));
            daemon.awaitReady();
            HttpRequest request = HttpRequest.newBuilder(daemon.writes())
                    .header("Content-Type", "application/x-ndjson")
                    .timeout(Duration.ofMinutes(3))
                    .POST(BodyPublishers.ofByteArrays(body()))
                    .build();
            long begun = System.nanoTime();
            HttpResponse<Stream<String>> response = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .build()
                    .send(request, BodyHandlers.ofLines());
            assertThat(response.statusCode()).isEqualTo(200);
            long[] told = {0};
            String last = response.body()
                    .peek(line -> assertThat(line).startsWith(expected(++told[0])))
                    .reduce("", (before, line) -> line);
            assertThat(last).isEqualTo("{\"complete\":true,\"stored\":%d,\"refused\":0}".formatted(LINES));
            assertThat(told[0]).isEqualTo(LINES + 1);
            double seconds = (System.nanoTime() - begun) / 1e9;
            assertThat(dynamo.count(table)).isEqualTo(LINES);
            log.info(
                    "{} lines, {} MB, -Xmx{}m: {} s, {} lines/s, peak resident {} MB",
                    LINES,
                    ((long) LINES * (PAYLOAD + 40)) >> 20,
                    HEAP_MEGABYTES,
                    Math.round(seconds),
                    Math.round(LINES / seconds),
                    daemon.peakResidentMegabytes());
            daemon.signal("TERM");
            assertThat(daemon.awaitExit(Duration.ofSeconds(10))).isZero();
        }
    }

    private static String expected(long line) {
        return line > LINES ? "{\"complete\":true," : "{\"line\":%d,\"status\":201,".formatted(line);
    }

    /** Generates the body while it is sent. */
    private static Iterable<byte[]> body() {
        String payload = "x".repeat(PAYLOAD);
        return () -> IntStream.range(0, LINES)
                .mapToObj(n -> "{\"id\":\"item-%d\",\"n\":%d,\"payload\":\"%s\"}\n"
                        .formatted(n, n, payload)
                        .getBytes(UTF_8))
                .iterator();
    }
}
