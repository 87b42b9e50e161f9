package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;

/** Daemons of the distribution with one configuration, on one DynamoDB Local. */
class SeveralDaemonsIT {

    private static final Logger log = LoggerFactory.getLogger(SeveralDaemonsIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    @TempDir
    private Path directory;

    private Daemons daemons;
    private String users;
    private String byCity;
    private String configuration;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("users_by_city", "state:S, city:S");
        configuration = """
                application = %1$s
                source.users.table = %1$s
                source.users.route.by-city.table = %2$s
                source.users.route.by-city.exclude = zipcode
                """.formatted(users, byCity);
        daemons = new Daemons(dynamo, directory);
    }

    @AfterEach
    void end() {
        daemons.close();
    }

    @Test
    void theOtherGoesOnSoonAfterOneIsStoppedAndLaterAfterOneIsKilled() throws Exception {
        DaemonProcess one = start();
        replicate("first");
        DaemonProcess two = start();
        Duration handOver = untilReading(two, () -> one.signal("TERM"));
        replicate("after the stop");
        assertThat(one.awaitExit(Duration.ofSeconds(10))).isZero();
        assertThat(one.output()).contains("lease handed to");

        DaemonProcess three = start();
        Duration failover = untilReading(three, () -> two.signal("KILL"));
        replicate("after the kill");

        log.info(
                "the other reads after SIGTERM: {} ms, after SIGKILL: {} ms", handOver.toMillis(), failover.toMillis());
    }

    @FunctionalInterface
    private interface Ending {
        void run() throws Exception;
    }

    /** Time from the end of one daemon to the first read of the shard by the other, which waits for its lease. */
    private static Duration untilReading(DaemonProcess other, Ending ending) throws Exception {
        assertThat(other.output()).doesNotContain("reading from");
        long start = System.nanoTime();
        ending.run();
        other.awaitLine("reading from");
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void aStopEndsInTimeWhileTheTargetIsMissingAndASecondSignalEndsItAtOnce() throws Exception {
        DaemonProcess one = start();
        replicate("first");
        loseTarget(one, "stuck");
        one.signal("INT");
        assertThat(one.awaitExit(Duration.ofSeconds(10))).isZero();

        recreate(byCity);
        DaemonProcess two = start();
        awaitRow("stuck");
        loseTarget(two, "stuck again");
        two.signal("TERM");
        two.awaitLine("SIGTERM: stopping");
        two.signal("TERM");
        assertThat(two.awaitExit(Duration.ofSeconds(2))).isEqualTo(128 + 15);
    }

    @Test
    void aRouteThatIsAddedWhileAFormerConfigurationStillReadsIsReportedAndNotFilledYet() throws Exception {
        DaemonProcess former = start();
        replicate("first");
        String copy = dynamo.createTable("copy", "email:S");
        String added = configuration + """
                source.users.route.copy.table = %s
                source.users.route.copy.backfill = auto
                """.formatted(copy);
        DaemonProcess next = daemons.start(added, Map.of()).awaitReady();
        next.awaitLine("users.copy: missed-changes: worker .* without this route.*A daemon repairs the target");
        replicate("second");
        assertThat(dynamo.client().scan(scan -> scan.tableName(copy)).items())
                .as("filled while another daemon reads changes without the route")
                .isEmpty();
        former.signal("TERM");
        assertThat(former.awaitExit(Duration.ofSeconds(10))).isZero();
        put("third");
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(dynamo.client()
                        .scan(scan -> scan.tableName(copy).consistentRead(true))
                        .items())
                .as("the changes that the daemon with the route has read")
                .isNotEmpty());
    }

    @Test
    void aRouteThatWasAwayKnowsThatChangesAreMissing() throws Exception {
        DaemonProcess with = start();
        replicate("first");
        stop(with);
        String copy = dynamo.createTable("copy", "email:S");
        String without = """
                application = %1$s
                source.users.table = %1$s
                source.users.route.copy.table = %2$s
                """.formatted(users, copy);
        DaemonProcess other = daemons.start(without, Map.of()).awaitReady();
        put("missed");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> dynamo.client().scan(scan -> scan.tableName(copy)).hasItems());
        other.signal("KILL");
        DaemonProcess again = start();
        again.awaitLine("users.by-city: missed-changes: .*tributary backfill users.by-city --reshape");
    }

    private static void stop(DaemonProcess daemon) throws Exception {
        daemon.signal("TERM");
        assertThat(daemon.awaitExit(Duration.ofSeconds(10))).isZero();
    }

    /** Deletes the target and waits until the write of this item fails. */
    private void loseTarget(DaemonProcess daemon, String item) throws Exception {
        dynamo.client().deleteTable(request -> request.tableName(byCity));
        put(item);
        daemon.awaitLine("writes fail \\(CONFIGURATION\\)");
    }

    private DaemonProcess start() throws Exception {
        return daemons.start(configuration, Map.of()).awaitReady();
    }

    private void recreate(String table) {
        dynamo.client().createTable(request -> request.tableName(table)
                .billingMode("PAY_PER_REQUEST")
                .attributeDefinitions(List.of(attribute("state"), attribute("city")))
                .keySchema(List.of(key("state", "HASH"), key("city", "RANGE"))));
    }

    private static AttributeDefinition attribute(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType("S")
                .build();
    }

    private static KeySchemaElement key(String name, String type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    /** Writes an item and waits for its row. */
    private void replicate(String name) {
        put(name);
        awaitRow(name);
    }

    private void put(String name) {
        dynamo.client().putItem(request -> request.tableName(users)
                .item(Map.of(
                        "email", AttributeValue.fromS(name + "@example.com"),
                        "state", AttributeValue.fromS("State"),
                        "city", AttributeValue.fromS(name),
                        "zipcode", AttributeValue.fromN("1"))));
    }

    private void awaitRow(String name) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> dynamo.client()
                        .getItem(request -> request.tableName(byCity)
                                .consistentRead(true)
                                .key(Map.of(
                                        "state", AttributeValue.fromS("State"), "city", AttributeValue.fromS(name))))
                        .hasItem());
    }
}
