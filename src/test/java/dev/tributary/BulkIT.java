package dev.tributary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.Select;

/** A bulk request that is larger than the memory of the process. */
class BulkIT {

    private static final Logger log = LoggerFactory.getLogger(BulkIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Path TRIBUTARY = Path.of(System.getProperty("tributary.distribution"), "bin", "tributary");
    private static final int LINES = 40_000;
    private static final int PAYLOAD = 1_300;
    private static final int HEAP_MEGABYTES = 48;

    @TempDir
    private Path directory;

    @Test
    void fortyThousandLinesAreWrittenWithinAHeapThatIsSmallerThanTheyAre() throws Exception {
        String table = dynamo.createTable("items", "id:S");
        try (DaemonProcess daemon = start(table)) {
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
            assertThat(rows(table)).isEqualTo(LINES);
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

    private DaemonProcess start(String table) throws Exception {
        Path configuration = Files.writeString(
                directory.resolve("tributary.properties"), """
                application = %s
                aws.endpoint = %s
                aws.region = us-east-1
                http.port = 0
                admin.port = 0
                write.items.path = /items
                write.items.table = %s
                """.formatted(table, dynamo.endpoint(), table));
        return DaemonProcess.start(
                directory,
                Map.of(
                        "JAVA_OPTS",
                        "-Xmx" + HEAP_MEGABYTES + "m",
                        "AWS_ACCESS_KEY_ID",
                        dynamo.credentials().resolveCredentials().accessKeyId(),
                        "AWS_SECRET_ACCESS_KEY",
                        "secret"),
                List.of(TRIBUTARY.toString(), "run", "--config", configuration.toString()));
    }

    private static int rows(String table) {
        return dynamo
                .client()
                .scanPaginator(
                        request -> request.tableName(table).select(Select.COUNT).consistentRead(true))
                .stream()
                .mapToInt(page -> page.count())
                .sum();
    }
}
