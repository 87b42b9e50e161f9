package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * {@code tributary verify} beside a daemon, while items are inserted, changed, moved and removed.
 *
 * <p>Leaves what the commands print in {@link Captures}.
 */
class VerifyIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int ITEMS = Integer.getInteger("tributary.verify.items", 4_000);
    private static final int FAULTS = 200;

    /** Between two writes. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final AtomicBoolean writing = new AtomicBoolean(true);
    private final AtomicInteger writes = new AtomicInteger();
    private final Set<String> expected = new TreeSet<>();
    private String users;
    private String byCity;
    private Daemons daemons;
    private Thread writer;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("users_by_city", "city:S, email:S");
        daemons = new Daemons(dynamo, directory);
        writer = new Thread(this::write, "writer");
    }

    @AfterEach
    void end() throws InterruptedException {
        writing.set(false);
        writer.join();
        daemons.close();
    }

    @Test
    void findsAllPlantedFaultsAndNothingElseWhileWritesGoOnAndRepairsThem() throws Exception {
        DaemonProcess daemon =
                daemons.start("""
                application = %1$s
                source.users.table = %1$s
                source.users.route.by-city.table = %2$s
                """.formatted(users, byCity), Map.of()).awaitReady();
        fill();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> dynamo.count(byCity) == ITEMS);
        plant();
        writer.start();

        Run faulty = verify("--json", "--limit", "1000", "--progress", "lines");
        assertThat(faulty.status).as(faulty.err).isEqualTo(1);
        assertThat(faulty.differences()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(faulty.last().required("state").asText()).isEqualTo("differs");
        assertThat(faulty.last().required("undecided").asInt()).isZero();
        JsonNode end =
                JSON.readTree(faulty.err.strip().lines().reduce((a, b) -> b).orElseThrow());
        assertThat(end.required("state").asText()).isEqualTo("finished");
        assertThat(end.required("missing").asInt())
                .isEqualTo(faulty.last().required("missing").asInt());

        capture("verify-differs", verify("--limit", "5", "--progress", "bar", "--read-units", "400"));
        capture("verify-key", verify("--key", "email=user0", "--progress", "off"));
        Run repaired = verify("--repair", "--repair-foreign", "--json", "--limit", "1000", "--progress", "off");
        assertThat(repaired.status).as(repaired.out + repaired.err).isZero();
        assertThat(repaired.last().required("repaired").asInt()).isEqualTo(FAULTS);
        Run after = verify("users", "--json", "--progress", "off");
        assertThat(after.status).as(after.out + after.err).isZero();
        assertThat(after.last().required("state").asText()).isEqualTo("right");
        int before = writes.get();
        assertThat(verify("--sample", "50", "--progress", "off").status).isBetween(0, 1);
        await().until(() -> writes.get() > before);
        assertThat(daemon.isAlive()).isTrue();
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static Map<String, AttributeValue> item(int number) {
        return Map.of(
                "email", text("user" + number),
                "city", text("city" + number % 50),
                "visits", AttributeValue.fromN("0"));
    }

    private void fill() {
        for (int from = 0; from < ITEMS; from += 25) {
            List<WriteRequest> puts = IntStream.range(from, Math.min(ITEMS, from + 25))
                    .mapToObj(number -> WriteRequest.builder()
                            .putRequest(PutRequest.builder().item(item(number)).build())
                            .build())
                    .toList();
            dynamo.client().batchWriteItem(request -> request.requestItems(Map.of(users, puts)));
        }
    }

    /** Faults at every second item of the first ones; the writer leaves these alone. */
    private void plant() {
        for (int i = 0; i < FAULTS; i++) {
            String email = "user" + 2 * i;
            String city = "city" + 2 * i % 50;
            Map<String, AttributeValue> key = Map.of("city", text(city), "email", text(email));
            Map<String, AttributeValue> row = new HashMap<>(dynamo.client()
                    .getItem(request -> request.tableName(byCity).key(key))
                    .item());
            switch (i % 4) {
                case 0 -> {
                    dynamo.client()
                            .deleteItem(request -> request.tableName(byCity).key(key));
                    expected.add("missing " + city + "/" + email);
                }
                case 1 -> {
                    row.put("city", text("nowhere"));
                    put(row);
                    expected.add("extra nowhere/" + email);
                }
                case 2 -> {
                    row.put("visits", AttributeValue.fromN("-1"));
                    put(row);
                    expected.add("different " + city + "/" + email);
                }
                default -> {
                    row.put("email", text("foreign-" + email));
                    row.remove("_tributary");
                    put(row);
                    expected.add("foreign " + city + "/foreign-" + email);
                }
            }
        }
    }

    private void put(Map<String, AttributeValue> row) {
        dynamo.client().putItem(request -> request.tableName(byCity).item(row));
    }

    /** Inserts, changes, moves and removes items, some of them often. */
    private void write() {
        Random random = new Random(5);
        while (writing.get()) {
            int number = 2 * FAULTS + random.nextInt(random.nextBoolean() ? 10 : ITEMS - 2 * FAULTS);
            Map<String, AttributeValue> key = Map.of("email", text("user" + number));
            switch (random.nextInt(4)) {
                case 0 ->
                    dynamo.client()
                            .deleteItem(request -> request.tableName(users).key(key));
                case 1 -> {
                    Map<String, AttributeValue> moved = new HashMap<>(item(number));
                    moved.put("city", text("town" + random.nextInt(5)));
                    dynamo.client().putItem(request -> request.tableName(users).item(moved));
                }
                default -> {
                    Map<String, AttributeValue> changed = new HashMap<>(item(number));
                    changed.put("visits", AttributeValue.fromN(Integer.toString(writes.get())));
                    dynamo.client().putItem(request -> request.tableName(users).item(changed));
                }
            }
            writes.incrementAndGet();
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private record Run(int status, String out, String err) {

        List<JsonNode> objects() throws IOException {
            List<JsonNode> objects = new ArrayList<>();
            for (String line : out.lines().toList()) {
                objects.add(JSON.readTree(line));
            }
            return objects;
        }

        JsonNode last() throws IOException {
            List<JsonNode> all = objects();
            return all.get(all.size() - 1);
        }

        List<String> differences() throws IOException {
            return objects().stream()
                    .filter(object -> object.has("kind"))
                    .map(object -> object.required("kind").asText() + " "
                            + object.at("/row/city/S").asText() + "/"
                            + object.at("/row/email/S").asText())
                    .toList();
        }
    }

    private Run verify(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("tributary.distribution"), "bin", "tributary")
                        .toString(),
                "verify",
                "--config",
                directory.resolve("tributary-0.properties").toString()));
        command.addAll(List.of(options));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
        builder.environment()
                .put(
                        "AWS_ACCESS_KEY_ID",
                        dynamo.credentials().resolveCredentials().accessKeyId());
        builder.environment().put("AWS_SECRET_ACCESS_KEY", "secret");
        builder.environment().put("JAVA_OPTS", "-Xmx256m");
        builder.environment().put("COLUMNS", "120");
        Process process = builder.start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static void capture(String name, Run run) throws IOException {
        Captures.write(name, List.of(run.err.strip().split("\r")), run.out);
    }
}
