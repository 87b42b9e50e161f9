package dev.tributary.daemon.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.DynamoDbFront;
import dev.tributary.cli.Cli;
import dev.tributary.daemon.Daemon;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** {@code tributary check} and a start, with real tables that do not fit the configuration. */
class TableChecksTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    @TempDir
    private Path directory;

    private final List<String> lines = new ArrayList<>();
    private String users;
    private String byCity;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("users_by_city", "state:S, city:S");
        configure("aws.endpoint", dynamo.endpoint().toString());
        configure("aws.region", "us-east-1");
    }

    @Test
    void tablesThatFitAreAccepted() throws IOException {
        source(users);
        route(byCity);
        write(users);
        configure("write.users.idempotency", "off");
        configure("application", users);
        assertAccepted("""
                A start creates table %1$s-dead-letters in %2$s, for dead letters.
                A start creates table %1$s-late-writes in %2$s, for late writes.
                A start creates table %1$s-jobs in %2$s, for jobs.
                A start creates table %1$s-acknowledgements in %2$s, for ends of awaited writes.
                The configuration is valid, and the tables fit it.""".formatted(users, dynamo.endpoint()));
    }

    /** Beside the actions that are needed, which have a test of their own. */
    private void assertAccepted(String lines) throws IOException {
        Result result = check();
        assertThat(result.exitCode()).isZero();
        assertThat(result.output()
                        .lines()
                        .filter(line -> !line.startsWith("  ") && !line.startsWith("The daemon needs")))
                .containsExactlyElementsOf(lines.lines().toList());
    }

    @Test
    void aDeniedCallIsNamedWithItsTable() throws IOException {
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint())) {
            front.answerInPlace(call -> call.body().contains(byCity)
                            || call.body().contains("-jobs")
                    ? Optional.of(DynamoDbFront.Answer.json(
                            400, "{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"no\"}"))
                    : Optional.empty());
            lines.removeIf(line -> line.startsWith("aws.endpoint"));
            configure("aws.endpoint", front.endpoint().toString());
            configure("application", users);
            source(users);
            configure("source.users.route.copies.table", dynamo.createTable("copies", "email:S"));
            assertThat(check().output())
                    .contains("-jobs in " + front.endpoint() + " may not be described")
                    .contains("; allow dynamodb:DescribeTable on table " + users + "-jobs (tributary iam");
            route(byCity);
            Result result = check();
            assertThat(result.output())
                    .contains("; allow dynamodb:DescribeTable on table " + byCity
                            + " (tributary iam prints the whole policy)");
            assertThat(result.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void twoSourcesOfOneIdentityAreRefused() throws IOException {
        source(users);
        route(byCity);
        configure("source.users.identity", "people");
        configure("source.orders.table", dynamo.createTable("orders", "id:S", true));
        configure("source.orders.route.by-city.table", dynamo.createTable("orders_by_city", "id:S"));
        assertThat(check().exitCode()).isZero();
        configure("source.orders.identity", "people");
        assertRefused(".identity = people: source ", " has this identity too");
    }

    @Test
    void oneTableOfTwoSourcesIsFoundByItsIdentity() throws IOException {
        source(users);
        route(byCity);
        configure("source.again.table", users);
        configure("source.again.endpoint", dynamo.endpoint().toString().replace("127.0.0.1", "localhost"));
        configure("source.again.route.copies.table", dynamo.createTable("copies", "email:S"));
        assertRefused("has this identity too", "if both read one table, move the routes to source.");
    }

    @Test
    void aLoopIsFoundWhereTheTableIsReachedByAnotherAddress() throws IOException {
        source(users);
        route(users);
        configure(
                "source.users.route.by-city.endpoint",
                dynamo.endpoint().toString().replace("127.0.0.1", "localhost"));
        assertRefused("it is the source's own table, or leads back to it: a loop");
    }

    @Test
    void aTableThatAStartCreatesIsReportedAndNotCreated() throws IOException {
        write(users);
        configure("application", users);
        assertAccepted("""
                A start creates table %s-idempotency in %s, for idempotency keys.
                The configuration is valid, and the tables fit it.""".formatted(users, dynamo.endpoint()));
        assertThat(dynamo.client().listTables().tableNames()).doesNotContain(users + "-idempotency");
    }

    @Test
    void aStartCreatesNoTableForKeysThatNoResourceTakes() throws Exception {
        write(users);
        configure("write.users.idempotency", "off");
        configure("application", users);
        configure("http.port", "0");
        configure("admin.port", "0");
        Daemon daemon = new Daemon(Settings.load(file(), Map.of()), failure -> {});
        try {
            daemon.start();
        } finally {
            daemon.stop();
        }
        assertThat(dynamo.client().listTables().tableNames()).doesNotContain(users + "-idempotency");
    }

    @Test
    void aStartThatTokensDoNotAllowCreatesNoTable() throws Exception {
        write(users);
        configure("application", users);
        configure("http.port", "0");
        configure("admin.port", "0");
        configure("http.token-list", "nonsense");
        Daemon daemon = new Daemon(Settings.load(file(), Map.of()), failure -> {});
        try {
            assertThatThrownBy(daemon::start)
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("http.token-list: line 1");
        } finally {
            daemon.stop();
        }
        assertThat(dynamo.client().listTables().tableNames()).noneMatch(name -> name.startsWith(users + "-"));
    }

    @Test
    void anotherTableWithTheNameOfTheTableForKeysIsRefused() throws IOException {
        new TableControl(dynamo.asyncClient(), users + "-idempotency")
                .create(TableDefinition.of(new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty())))
                .join();
        write(users);
        configure("application", users);
        assertRefused("application = " + users + ": its table for idempotency keys, " + users + "-idempotency in "
                + dynamo.endpoint() + ", exists with another key than id:S");
    }

    @Test
    void aDeadLetterTableOfAnEarlierVersionIsRefused() throws IOException {
        new TableControl(dynamo.asyncClient(), users + "-dead-letters")
                .create(TableDefinition.of(new KeySchema(
                        new KeyAttribute("route", AttributeType.S),
                        Optional.of(new KeyAttribute("position", AttributeType.S)))))
                .join();
        source(users);
        route(byCity);
        configure("application", users);
        assertRefused("application = " + users + ": its table for dead letters, " + users + "-dead-letters in "
                + dynamo.endpoint() + ", exists with another key than partition:S, position:S");
    }

    @Test
    void aMissingSourceIsNamedWithItsPlace() throws IOException {
        source("no-such-source");
        route(byCity);
        assertRefused("source.users.table = no-such-source: there is no such table in " + dynamo.endpoint());
    }

    @Test
    void aMissingTargetIsNamed() throws IOException {
        source(users);
        route("no-such-target");
        assertRefused("source.users.route.by-city.table = no-such-target: there is no such table");
    }

    @Test
    void aMissingTableToWriteToIsNamed() throws IOException {
        write("no-such-table");
        assertRefused("write.users.table = no-such-table: there is no such table");
    }

    @Test
    void aSourceWithoutAStreamIsRefused() throws IOException {
        source(dynamo.createTable("no-stream", "email:S"));
        route(byCity);
        assertRefused("the table has no stream; enable one with view type NEW_AND_OLD_IMAGES");
    }

    @Test
    void aStreamOfAnotherViewTypeIsRefused() throws IOException {
        String table = dynamo.createTable("new-images", "email:S");
        dynamo.client().updateTable(request -> request.tableName(table)
                .streamSpecification(stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_IMAGE)));
        source(table);
        route(byCity);
        assertRefused("its stream has view type NEW_IMAGE, and replication needs NEW_AND_OLD_IMAGES");
    }

    @Test
    void aKeyAttributeOfTheTargetThatIsNotIncludedIsNamed() throws IOException {
        source(users);
        route(byCity);
        configure("source.users.route.by-city.include", "email,state");
        assertRefused("source.users.route.by-city.include = ", "key attribute city of target table", "add it");
    }

    @Test
    void tombstonesNeedATargetWithTtl() throws Exception {
        source(users);
        route(byCity);
        configure("source.users.route.by-city.deletes", "tombstone");
        assertRefused(
                "source.users.route.by-city.deletes = tombstone: tombstones would never be deleted from target table ",
                "aws dynamodb update-time-to-live --table-name " + byCity,
                "AttributeName=_tributary_expires");
        dynamo.client().updateTimeToLive(request -> request.tableName(byCity)
                .timeToLiveSpecification(ttl -> ttl.enabled(true).attributeName("_tributary_expires")));
        assertThat(check().exitCode()).isZero();
    }

    @Test
    void theExistingTtlAttributeOfATargetIsNamed() throws Exception {
        source(users);
        route(byCity);
        configure("source.users.route.by-city.deletes", "tombstone");
        dynamo.client().updateTimeToLive(request -> request.tableName(byCity)
                .timeToLiveSpecification(ttl -> ttl.enabled(true).attributeName("expires")));
        assertRefused("its TTL attribute is expires; set source.users.route.by-city.tombstone-attribute=expires");
        configure("source.users.route.by-city.tombstone-attribute", "expires");
        assertThat(check().exitCode()).isZero();
    }

    @Test
    void aKeyAttributeCannotHoldTheExpiryOfTombstones() throws Exception {
        source(users);
        route(byCity);
        configure("source.users.route.by-city.deletes", "tombstone");
        configure("source.users.route.by-city.tombstone-attribute", "city");
        assertRefused(
                "source.users.route.by-city.tombstone-attribute = city: it holds the expiry of tombstones, and it is a"
                        + " key attribute of target table",
                "name the table's TTL attribute");
    }

    @Test
    @Tag("slow")
    void aTtlThatCannotBeDescribedIsNamed() throws Exception {
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint())) {
            front.refuse(call -> call.operation().equals("DescribeTimeToLive"));
            lines.removeIf(line -> line.startsWith("aws.endpoint"));
            configure("aws.endpoint", front.endpoint().toString());
            source(users);
            route(byCity);
            configure("source.users.route.by-city.deletes", "tombstone");
            Result result = check();
            assertThat(result.output())
                    .contains("source.users.route.by-city.deletes = tombstone: the TTL of table ")
                    .contains(" could not be described: ")
                    .contains("InternalServerError: refused by the test")
                    .doesNotContain("\tat ");
            assertThat(result.exitCode()).isEqualTo(1);
        }
    }

    @Test
    @Tag("slow")
    void localModeEnablesTheTtlOfItsTables() throws Exception {
        lines.clear();
        configure("local.mode", "memory");
        configure("local.port", "0");
        configure("table.users.key", "email:S");
        configure("table.users.stream", "true");
        configure("table.users_by_city.key", "state:S, city:S");
        configure("admin.port", "0");
        source("users");
        route("users_by_city");
        configure("source.users.route.by-city.deletes", "tombstone");
        Daemon daemon = new Daemon(Settings.load(file(), Map.of()), failure -> {});
        try {
            daemon.start();
            assertThat(daemon.awaitReading(Duration.ofMinutes(1))).isTrue();
        } finally {
            daemon.stop();
        }
    }

    @Test
    void aTemplateForAnotherAttributeThanAKeyAttributeIsRefused() throws IOException {
        source(users);
        route(byCity);
        configure("source.users.route.by-city.key.town", "{city}#{email}");
        assertRefused(
                "source.users.route.by-city.key.town = {city}#{email}: town is no key attribute of target table",
                "give the template the name of one of them: state or city");
    }

    @Test
    void aTemplateForAKeyAttributeOfAnotherTypeThanSIsRefused() throws IOException {
        source(users);
        route(dynamo.createTable("by-number", "number:N"));
        configure("source.users.route.by-city.key.number", "{score:010}");
        assertRefused(
                "source.users.route.by-city.key.number = {score:010}: a template makes a value of type S",
                "is of type N");
    }

    @Test
    void aKeyAttributeWithATemplateNeedNotBeIncluded() throws Exception {
        source(users);
        route(byCity);
        configure("source.users.route.by-city.include", "state,name");
        configure("source.users.route.by-city.key.city", "{city}#{email}");
        assertThat(check().exitCode()).isZero();
    }

    @Test
    void aKeyAttributeOfTheTargetThatIsExcludedIsNamed() throws IOException {
        source(users);
        route(byCity);
        configure("source.users.route.by-city.exclude", "city");
        assertRefused("source.users.route.by-city.exclude = city: key attribute city", "take it out");
    }

    @Test
    void aKeyAttributeOfAnotherTypeThanInTheSourceIsRefused() throws IOException {
        source(users);
        route(dynamo.createTable("by-number", "email:N"));
        assertRefused("its key attribute email is of type N, but of type S in source table");
    }

    @Test
    void aDeclaredTypeThatIsNotTheKeysTypeIsRefused() throws IOException {
        write(users);
        configure("write.users.type.email", "N");
        assertRefused("write.users.type.email = N, but the key of table " + users + " has it as S. Remove the setting");
    }

    @Test
    void aGeneratedValueHasToFitTheKey() throws IOException {
        write(users);
        configure("write.users.generated.email", "now");
        assertRefused(
                "write.users.generated.email makes a value of type N, but the key of table " + users + " has it as S");
    }

    @Test
    void aKeyAttributeCannotBeTheVersion() throws IOException {
        write(users);
        configure("write.users.version", "email");
        assertRefused("write.users.version = email is a key attribute of table " + users);
    }

    @Test
    void allProblemsAreReportedTogether() throws IOException {
        source("no-such-source");
        route("no-such-target");
        write("no-such-table");
        assertRefused("no-such-source", "no-such-target", "no-such-table");
    }

    @Test
    @Tag("slow")
    void anEndpointThatDoesNotAnswerIsNamedAndMayPass() throws IOException {
        lines.removeIf(line -> line.startsWith("aws.endpoint"));
        configure("aws.endpoint", "http://127.0.0.1:1");
        source("users");
        route("users_by_city");
        write("users");
        Result result = check();
        // on a slow machine the attempts may exceed the timeout of the call
        assertThat(result.output())
                .containsOnlyOnce("DynamoDB in http://127.0.0.1:1 does not answer")
                .doesNotContain("not as the configuration needs them", "\n")
                .containsAnyOf("refused", "did not complete before the specified timeout");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void aStartIsRefusedAsTheCheckIs() throws Exception {
        source("no-such-source");
        route(byCity);
        Daemon daemon = new Daemon(Settings.load(file(), Map.of()), failure -> {});
        assertThatThrownBy(daemon::start)
                .isInstanceOfSatisfying(StartException.class, refusal -> assertThat(refusal.exitCode())
                        .isEqualTo(3));
        daemon.stop();
    }

    @Test
    void anotherTableWithTheNameOfTheLeaseTableIsRefused() throws Exception {
        String application = "app-" + UUID.randomUUID();
        String taken = application + "-leases";
        new TableControl(dynamo.asyncClient(), taken)
                .create(TableDefinition.of(KeySchema.parse("email:S")))
                .join();
        configure("application", application);
        source(users);
        route(byCity);
        configure("admin.port", "0");
        Daemon daemon = new Daemon(Settings.load(file(), Map.of()), failure -> {});
        assertThatThrownBy(daemon::start)
                .isInstanceOfSatisfying(StartException.class, refusal -> assertThat(refusal.exitCode())
                        .isEqualTo(3))
                .hasMessageContaining("Table " + taken + " is not a lease table");
        daemon.stop();
    }

    private void source(String table) {
        configure("source.users.table", table);
    }

    private void route(String table) {
        configure("source.users.route.by-city.table", table);
    }

    private void write(String table) {
        configure("write.users.path", "/");
        configure("write.users.table", table);
    }

    private void configure(String key, String value) {
        lines.add(key + " = " + value);
    }

    private Path file() throws IOException {
        return Files.write(directory.resolve("tributary.properties"), lines);
    }

    private void assertRefused(String... texts) throws IOException {
        Result result = check();
        assertThat(result.output()).contains(texts).doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(3);
    }

    private record Result(int exitCode, String output) {}

    private Result check() throws IOException {
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output);
        int exitCode = Cli.commandLine().setOut(writer).setErr(writer).execute("check", "--config", file().toString());
        return new Result(exitCode, output.toString().strip());
    }
}
