package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.daemon.tables.OwnTables;
import dev.tributary.jobs.backfill.TargetHistory;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.stream.lease.GivenWorker;
import dev.tributary.stream.lease.SourceStateRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code tributary backfill} on real tables. */
class BackfillCommandTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    @TempDir
    private Path directory;

    private final String application = "app-" + UUID.randomUUID();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String users;
    private String byCity;
    private String leases;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("users_by_city", "city:S, email:S");
        for (OwnTable table : List.of(OwnTable.DEAD_LETTERS, OwnTable.LATE_WRITES, OwnTable.JOBS)) {
            OwnTables.create(table, dynamo.asyncClient(), application, false).join();
        }
        leases = dynamo.createLeaseTable(application);
    }

    private void begin() {
        new SourceStateRow(dynamo.asyncClient(), leases, "users")
                .begin(dynamo.streamArn(users), "000000000000:us-east-1:" + users, Instant.now(), Optional.empty());
    }

    private void put(String email, AttributeValue city, int n) {
        dynamo.client().putItem(put -> put.tableName(users)
                .item(Map.of(
                        "email", AttributeValue.fromS(email),
                        "city", city,
                        "n", AttributeValue.fromN(Integer.toString(n)))));
    }

    private void put(String email, String city, int n) {
        put(email, AttributeValue.fromS(city), n);
    }

    private int execute(String more, String... arguments) throws IOException {
        return run("backfill", more, arguments);
    }

    private int run(String name, String more, String... arguments) throws IOException {
        Path file = Files.writeString(directory.resolve("tributary.properties"), """
                application = %s
                aws.endpoint = %s
                aws.region = %s
                source.users.table = %s
                source.users.route.by-city.table = %s
                %s
                """.formatted(
                        application, dynamo.endpoint(), dynamo.region(), users, byCity, more));
        List<String> all = new ArrayList<>(List.of(name, "--config", file.toString()));
        if (!name.equals("check")) {
            all.addAll(List.of("--progress", "off"));
        }
        all.addAll(Arrays.asList(arguments));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = Cli.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        return command.execute(all.toArray(String[]::new));
    }

    private Set<String> rows() {
        return dynamo.client().scan(scan -> scan.tableName(byCity).consistentRead(true)).items().stream()
                .map(row -> row.get("city").s() + "/" + row.get("email").s()
                        + (row.containsKey("n") ? "/" + row.get("n").n() : ""))
                .collect(Collectors.toSet());
    }

    @Test
    void itemsAreBroughtAndASecondRunFindsThemThere() throws IOException {
        begin();
        put("ann", "Oakland", 1);
        put("bob", "Berkeley", 2);
        assertThat(execute("")).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("users.by-city: 2 read, 2 written, 0 present already, 0 without a row, 0 removed, 0 refused");
        assertThat(rows()).containsExactlyInAnyOrder("Oakland/ann/1", "Berkeley/bob/2");
        assertThat(execute("", "users", "users.by-city", "--segments", "2")).isZero();
        assertThat(out.toString()).contains("2 read, 0 written, 2 present already");
    }

    @Test
    void nothingIsBroughtBeforeTheStreamIsRead() throws IOException {
        put("ann", "Oakland", 1);
        assertThat(execute("")).isEqualTo(1);
        assertThat(err.toString()).contains("no worker has begun to read the source");
        assertThat(rows()).isEmpty();
    }

    @Test
    void nothingIsBroughtWhileAWorkerReadsTheSourceWithoutTheRoute() throws IOException {
        begin();
        put("ann", "Oakland", 1);
        Instant now = Instant.now();
        report(GivenWorker.report("former", now, "users", "users.other 1 2"));
        assertThat(execute("")).isEqualTo(1);
        assertThat(err.toString())
                .contains("users.by-city: worker former reads the source without this route", "restart all workers");
        assertThat(rows()).isEmpty();
        report(GivenWorker.report("former", now.minusSeconds(3600), "users", "users.other 1 2"));
        report(GivenWorker.report("elsewhere", now, "orders", "orders.all 1 2"));
        assertThat(execute("")).as(err.toString()).isZero();
        assertThat(rows()).hasSize(1);
    }

    @Test
    void noCommandWritesRowsOfAnotherTableThanTheWorkersRead() throws IOException {
        begin();
        put("ann", "Oakland", 1);
        String other = "source.users.identity = other\n";
        assertThat(execute(other)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString())
                .contains(
                        "source.users.identity = other: the rows of its targets are those of 000000000000:us-east-1:");
        assertThat(run("verify", other, "--repair", "--repair-foreign")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(run("check", other)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString()).contains("the rows of its targets are those of");
        assertThat(run("check", "")).as(err.toString()).isZero();
        assertThat(rows()).isEmpty();
    }

    @Test
    void nothingIsRepairedWhileAWorkerReadsTheSourceWithoutTheRoute() throws IOException {
        begin();
        put("ann", "Oakland", 1);
        report(GivenWorker.report("former", Instant.now(), "users", "users.other 1 2"));
        assertThat(run("verify", "", "--repair")).isEqualTo(1);
        assertThat(err.toString()).contains("worker former reads the source without this route");
        assertThat(rows()).isEmpty();
    }

    @Test
    void aRepairRecordsTheShapeOfItsRows() throws IOException {
        begin();
        assertThat(run("verify", "source.users.route.by-city.exclude = n\n", "--repair"))
                .isZero();
        JobTable table = new JobTable(dynamo.asyncClient(), OwnTable.JOBS.name(application), Duration.ofSeconds(10));
        assertThat(TargetStates.all(table, "users").join()).singleElement().satisfies(target -> assertThat(
                        TargetHistory.read(target).join().shapes().keySet())
                .singleElement()
                .asString()
                .contains("exclude n"));
    }

    @Test
    void aRepairThatARepeatedRemovalCouldUndoIsRefused() throws IOException {
        begin();
        assertThat(execute("")).isZero();
        put("ann", "Oakland", 1);
        missed(Instant.now());
        assertThat(execute("", "--reshape")).isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "users.by-city: worker former has read the source since", "A repair before", "run this again");
        assertThat(rows()).isEmpty();
        assertThat(execute("")).as("this one is no repair").isZero();
        assertThat(err.toString()).contains("This backfill did not bring them");
    }

    private void missed(Instant at) {
        JobTable table = new JobTable(dynamo.asyncClient(), OwnTable.JOBS.name(application), Duration.ofSeconds(10));
        TargetStates.all(table, "users").join().forEach(target -> TargetHistory.missed(target, "former", at)
                .join());
    }

    private void report(Map<String, AttributeValue> row) {
        dynamo.client().putItem(put -> put.tableName(leases).item(row));
    }

    @Test
    void onlyItemsThatFulfilTheConditionAreBrought() throws IOException {
        begin();
        put("ann", "Oakland", 1);
        put("bob", "Berkeley", 2);
        put("cid", "Oakland", 3);
        assertThat(execute("", "--where", "city = 'Oakland' AND n > 1")).isZero();
        assertThat(rows()).containsExactly("Oakland/cid/3");
        assertThat(execute("", "--where", "city is Oakland")).isEqualTo(2);
        assertThat(err.toString()).contains("--where: expected a condition like");
    }

    @Test
    void anItemThatCannotBeWrittenIsListedWithoutItsValues() throws IOException {
        begin();
        put("ann@example.com", AttributeValue.fromN("1"), 1);
        put("bob", "Berkeley", 2);
        assertThat(execute("")).isEqualTo(1);
        assertThat(out.toString())
                .contains("1 refused")
                .contains("users.by-city item#")
                .doesNotContain("ann@");
        assertThat(rows()).containsExactly("Berkeley/bob/2");
    }

    @Test
    void rowsOfAnotherShapeAreBroughtIntoTheNewOne() throws IOException {
        begin();
        put("ann", "Oakland", 1);
        put("bob", "Berkeley", 2);
        assertThat(execute("")).isZero();
        String reshaped =
                "source.users.route.by-city.exclude = n\nsource.users.route.by-city.key.city = {city}/{email}\n";
        assertThat(execute(reshaped, "--reshape")).as(err.toString()).isZero();
        assertThat(rows()).containsExactlyInAnyOrder("Oakland/ann/ann", "Berkeley/bob/bob");
        assertThat(out.toString()).contains("2 removed");
    }

    @Test
    void anUnknownRouteOrLimitIsRefused() throws IOException {
        assertThat(execute("", "orders")).isEqualTo(2);
        assertThat(err.toString())
                .contains("orders: the configuration has no such route or source; it has users.by-city");
        assertThat(execute("", "--read-units", "0")).isEqualTo(2);
        assertThat(execute("", "--segments", "0")).isEqualTo(2);
    }
}
