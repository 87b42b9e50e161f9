package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.dynamo.TableControl;
import dev.tributary.local.LocalDynamoDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Brings a table in that has items already, while users change, move and leave, with a backfill that is killed twice. More
 * items: {@code -Dtributary.items=50000}. Leaves the progress of the last run in {@link Captures}.
 */
class BackfillIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int ITEMS = Integer.getInteger("tributary.items", 2_000);

    /** Between two changes. The lock of each killed backfill is waited for, and changes go on meanwhile. */
    private static final Duration PAUSE = Duration.ofMillis(30);

    @TempDir
    private Path directory;

    private final String users = dynamo.createTable("users", "email:S");
    private final String byCity = dynamo.createTable("users_by_city", "city:S, email:S");

    @Test
    void aTableIsBroughtInWhileItIsWrittenAlthoughTheBackfillIsKilledTwice() throws Exception {
        load();
        new TableControl(dynamo.asyncClient(), users).enableStream().join();
        String configuration = """
                application = %s
                source.users.table = %s
                source.users.route.by-city.table = %s
                """.formatted(users, users, byCity);
        try (Daemons daemons = new Daemons(dynamo, directory)) {
            daemons.start(configuration, Map.of()).awaitReady();
            // Users of the workload are among the loaded ones.
            UserWorkload workload = new UserWorkload(dynamo.client(), users, 1, PAUSE);
            try {
                for (int kills = 0; kills < 2; kills++) {
                    try (DaemonProcess backfill =
                            backfill("--progress", "lines", "--write-units", Integer.toString(ITEMS / 5))) {
                        backfill.awaitLine("\"done\":[1-9]\\d{2}");
                        backfill.signal("KILL");
                        backfill.awaitExit(Duration.ofSeconds(10));
                    }
                }
                try (DaemonProcess last = backfill("--progress", "bar")) {
                    assertThat(last.awaitExit(Duration.ofMinutes(5)))
                            .as(last.output())
                            .isZero();
                    Captures.write("backfill", last.output().lines().toList(), "");
                }
            } finally {
                workload.stop();
            }
            await().atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(differences()).isEmpty());
        }
    }

    private void load() {
        for (int from = 0; from < ITEMS; from += 25) {
            List<WriteRequest> puts = IntStream.range(from, Math.min(ITEMS, from + 25))
                    .mapToObj(i -> WriteRequest.builder()
                            .putRequest(PutRequest.builder()
                                    .item(Map.of(
                                            "email", AttributeValue.fromS("user" + i + "@example.com"),
                                            "city", AttributeValue.fromS("city" + i % 12),
                                            "n", AttributeValue.fromN("0")))
                                    .build())
                            .build())
                    .toList();
            dynamo.client().batchWriteItem(request -> request.requestItems(Map.of(users, puts)));
        }
    }

    private DaemonProcess backfill(String... more) throws Exception {
        Path file = directory.resolve("tributary-0.properties");
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("tributary.distribution"), "bin", "tributary")
                        .toString(),
                "backfill",
                "--config",
                file.toString()));
        command.addAll(List.of(more));
        assertThat(Files.exists(file)).isTrue();
        return DaemonProcess.start(
                directory,
                Map.of(
                        "AWS_ACCESS_KEY_ID",
                        dynamo.credentials().resolveCredentials().accessKeyId(),
                        "AWS_SECRET_ACCESS_KEY",
                        "secret",
                        "COLUMNS",
                        "120"),
                command);
    }

    /** Rows that are missing, left over or different. */
    private Set<String> differences() {
        Map<String, Map<String, AttributeValue>> expected = new HashMap<>();
        scan(users).forEach(user -> {
            if (user.containsKey("city")) {
                expected.put(user.get("city").s() + "/" + user.get("email").s(), user);
            }
        });
        Set<String> differences = new HashSet<>(expected.keySet());
        scan(byCity).forEach(row -> {
            Map<String, AttributeValue> content = new HashMap<>(row);
            content.remove("_tributary");
            String key = row.get("city").s() + "/" + row.get("email").s();
            if (content.equals(expected.get(key))) {
                differences.remove(key);
            } else {
                differences.add(key);
            }
        });
        return differences;
    }

    private static Iterable<Map<String, AttributeValue>> scan(String table) {
        return dynamo.client()
                .scanPaginator(request -> request.tableName(table).consistentRead(true))
                .items();
    }
}
