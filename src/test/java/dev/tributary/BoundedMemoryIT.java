package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.streams.SimulatedStream;
import dev.tributary.streams.SimulatedStreams;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The heap stays bounded while a target does not reply, with a backlog of twice the heap and eight times what may be held. */
class BoundedMemoryIT {

    private static final Logger log = LoggerFactory.getLogger(BoundedMemoryIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int HEAP_MEGABYTES = 256;
    private static final int SHARDS = 20;
    private static final int PAYLOAD = 256 << 10;

    /** One object that all changes share; the simulated stream serialises it for each. */
    private static final AttributeValue LARGE = AttributeValue.fromS("x".repeat(PAYLOAD));

    @TempDir
    private Path directory;

    private final SimulatedStreams streams = new SimulatedStreams();
    private final DynamoDbFront source = new DynamoDbFront(dynamo.endpoint());
    private final DynamoDbFront target = new DynamoDbFront(dynamo.endpoint());
    private final HttpClient http = HttpClient.newHttpClient();
    private double peak;

    @AfterEach
    void end() {
        source.close();
        target.close();
        streams.close();
    }

    /** Excluded attributes are read too; selected ones are in memory again in the requests. */
    @ParameterizedTest
    @CsvSource({"512, payload", "64, nothing"})
    void aBacklogBeyondTheHeapAndAStalledTargetTakeABoundedHeap(int megabytes, String excluded) throws Exception {
        int changes = (megabytes << 20) / PAYLOAD;
        String users = dynamo.createTable("users", "email:S", true);
        String copies = dynamo.createTable("copies", "email:S");
        SimulatedStream stream = streams.create(users, SHARDS);
        source.streamsAt(streams.endpoint(), ownArn(users), stream.arn());
        fill(stream, changes);
        target.hold(call -> !call.operation().equals("DescribeTable"));

        try (Daemons daemons = new Daemons(dynamo, directory)) {
            DaemonProcess daemon = start(daemons, users, copies, excluded).awaitReady();
            URI metrics = metrics(daemon);
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                assertThat(daemon.isAlive()).as(daemon.output()).isTrue();
                assertThat(value(metrics, "tributary_changes_held_bytes"))
                        .as("%s%n%s", health(daemon), daemon.output())
                        .isGreaterThan((HEAP_MEGABYTES << 20) / 5.0);
            });
            await().atMost(Duration.ofMinutes(2)).during(Duration.ofSeconds(3)).until(readsNoMore(metrics));
            double held = value(metrics, "tributary_changes_held_bytes");
            double open = value(metrics, "tributary_changes_open");
            assertThat(held).isLessThanOrEqualTo((HEAP_MEGABYTES << 20) / 4.0);
            assertThat(dynamo.count(copies)).isZero();
            assertThat(health(daemon)).contains("DEGRADED");

            target.forget();
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        assertThat(daemon.isAlive()).as(daemon.output()).isTrue();
                        observeHeap(metrics);
                        return value(metrics, "tributary_changes_total") >= changes;
                    });
            // A repeated change counts twice, so some may still be on their way.
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(dynamo.count(copies)).isEqualTo(changes));
            log.info(
                    "{} MB of backlog, -Xmx{}m, {} excluded: {} MB held in {} open changes while the target stood still;"
                            + " peak heap {} MB, peak resident {} MB",
                    megabytes,
                    HEAP_MEGABYTES,
                    excluded,
                    (long) held >> 20,
                    (long) open,
                    (long) peak >> 20,
                    daemon.peakResidentMegabytes());
            daemon.signal("TERM");
            assertThat(daemon.awaitExit(Duration.ofSeconds(10))).isZero();
        }
    }

    private static String ownArn(String table) {
        return dynamo.client()
                .describeTable(request -> request.tableName(table))
                .table()
                .latestStreamArn();
    }

    private static void fill(SimulatedStream stream, int changes) {
        List<SimulatedShard> shards = stream.roots();
        for (int change = 0; change < changes; change++) {
            Map<String, AttributeValue> key = Map.of("email", AttributeValue.fromS("user-" + change));
            shards.get(change % SHARDS)
                    .insert(key, Map.of("email", AttributeValue.fromS("user-" + change), "payload", LARGE));
        }
    }

    private DaemonProcess start(Daemons daemons, String users, String copies, String excluded) throws IOException {
        return daemons.start(
                """
                application = %1$s
                source.users.table = %1$s
                source.users.endpoint = %2$s
                source.users.route.copies.table = %3$s
                source.users.route.copies.endpoint = %4$s
                source.users.route.copies.exclude = %5$s
                """.formatted(users, source.endpoint(), copies, target.endpoint(), excluded),
                Map.of("JAVA_OPTS", "-XX:TieredStopAtLevel=4 -Xmx" + HEAP_MEGABYTES + "m"));
    }

    /** Whether nothing was read since the last call. */
    private Callable<Boolean> readsNoMore(URI metrics) {
        long[] before = {-1};
        return () -> {
            observeHeap(metrics);
            long now = streams.calls().count(Operation.GetRecords);
            boolean none = now == before[0];
            before[0] = now;
            return none;
        };
    }

    private static URI metrics(DaemonProcess daemon) throws InterruptedException {
        return URI.create(daemon.awaitLine("(http://\\S+/metrics)").group(1));
    }

    private String health(DaemonProcess daemon) throws Exception {
        return get(URI.create(daemon.awaitLine("(http://\\S+/health)").group(1)));
    }

    private void observeHeap(URI metrics) throws Exception {
        peak = Math.max(peak, value(metrics, "jvm_memory_used_bytes\\{area=\"heap\""));
    }

    /** The sum of all series with this prefix. */
    private double value(URI metrics, String name) throws Exception {
        Matcher line =
                Pattern.compile("^" + name + ".* (\\S+)$", Pattern.MULTILINE).matcher(get(metrics));
        double sum = 0;
        while (line.find()) {
            sum += Double.parseDouble(line.group(1));
        }
        return sum;
    }

    private String get(URI uri) throws Exception {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
