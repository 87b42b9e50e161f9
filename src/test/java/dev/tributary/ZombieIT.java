package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A worker is frozen until its lease has expired and another worker has taken its shard. */
class ZombieIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofMinutes(1);

    /** Between the first worker and the target. */
    private final DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());

    /** The expected rows of the target: {@code city/email} to {@code n}. */
    private final Map<String, String> expected = new TreeMap<>();

    @TempDir
    private Path directory;

    private Daemons daemons;
    private String users;
    private String byCity;

    @BeforeEach
    void createTables() {
        daemons = new Daemons(dynamo, directory);
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("users_by_city", "city:S, email:S");
    }

    @AfterEach
    void end() {
        daemons.close();
        front.close();
    }

    /**
     * The guard refuses writes that were sent before the freeze and arrive after the successor's. The fence prevents writes
     * after the freeze: a retry could restore a row that the successor removed.
     */
    @Test
    void writesOfAFrozenWorkerDoNoHarmWhenTheyArriveAndWhenItWakes() throws Exception {
        DaemonProcess frozen = daemons.start(configuration("endpoint = " + front.endpoint()), Map.of());
        frozen.awaitLine("reading from");
        put("warm", "Oakland", 1);
        awaitTarget();
        DaemonProcess successor = daemons.start(configuration("deletes = hard"), Map.of());
        successor.awaitReady();
        front.hold(ZombieIT::isWrite);

        put("sent-and-changed", "Oakland", 1);
        put("sent-and-born-again", "Oakland", 1);
        put("sent-and-moved-back", "Oakland", 1);
        put("waits-and-removed", "Oakland", 1);
        put("waits-and-moved", "Oakland", 1);
        await().atMost(LONG).until(() -> front.waiting() >= 5); // so none is being sent when the worker freezes
        frozen.signal("STOP");

        put("sent-and-changed", "Oakland", 2);
        remove("sent-and-born-again");
        put("sent-and-born-again", "Oakland", 3);
        put("sent-and-moved-back", "Berkeley", 2);
        put("sent-and-moved-back", "Oakland", 3);
        remove("waits-and-removed");
        put("waits-and-moved", "Berkeley", 2);
        awaitTarget();

        front.releaseAndRefuse(call -> call.body().contains("\"waits-"));
        await().atMost(LONG).until(() -> front.underWay() == 0);
        List<DynamoDbFront.Call> before = writes();
        assertThat(target()).as("after what was sent has arrived").isEqualTo(expected);
        front.release();

        frozen.signal("CONT");
        frozen.awaitLine("lease lost or handed over");
        await().during(Duration.ofSeconds(2)).atMost(LONG).until(() -> target().equals(expected));
        assertThat(writes()).as("no write of the worker since it woke").isEqualTo(before);

        put("waits-and-removed", "Oakland", 9);
        awaitTarget();
    }

    private static boolean isWrite(DynamoDbFront.Call call) {
        return !call.operation().startsWith("Describe");
    }

    private List<DynamoDbFront.Call> writes() {
        return front.passed().stream().filter(ZombieIT::isWrite).toList();
    }

    private String configuration(String route) {
        return """
                application = %s
                lease.duration = 4s
                source.users.table = %s
                source.users.route.by-city.table = %s
                source.users.route.by-city.%s
                """.formatted(users, users, byCity, route);
    }

    private void put(String email, String city, int n) {
        dynamo.client().putItem(request -> request.tableName(users)
                .item(Map.of(
                        "email", AttributeValue.fromS(email),
                        "city", AttributeValue.fromS(city),
                        "n", AttributeValue.fromN(Integer.toString(n)))));
        forget(email);
        expected.put(city + "/" + email, Integer.toString(n));
    }

    private void remove(String email) {
        dynamo.client()
                .deleteItem(request -> request.tableName(users).key(Map.of("email", AttributeValue.fromS(email))));
        forget(email);
    }

    private void forget(String email) {
        expected.keySet().removeIf(key -> key.endsWith("/" + email));
    }

    private void awaitTarget() {
        await().atMost(LONG).pollInterval(Duration.ofMillis(100)).untilAsserted(() -> assertThat(target())
                .isEqualTo(expected));
    }

    private Map<String, String> target() {
        Map<String, String> rows = new TreeMap<>();
        dynamo.client()
                .scan(request -> request.tableName(byCity).consistentRead(true))
                .items()
                .forEach(row -> rows.put(
                        row.get("city").s() + "/" + row.get("email").s(),
                        row.get("n").n()));
        return rows;
    }
}
