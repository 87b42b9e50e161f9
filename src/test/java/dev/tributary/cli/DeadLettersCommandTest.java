package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.DynamoDbFront;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code tributary dead-letters …} on real tables. */
class DeadLettersCommandTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    private static final String ROUTE = "users.by-city";

    @TempDir
    private Path directory;

    private final String application = "app-" + UUID.randomUUID();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String byCity;
    private DeadLetterTable table;
    private ParkedItemIndex deadLetters;
    private String file;

    @BeforeEach
    void createTables() throws IOException {
        byCity = dynamo.createTable("by_city", "city:S");
        table = new DeadLetterTable(dynamo.asyncClient(), application + "-dead-letters", Duration.ofSeconds(10));
        new TableControl(dynamo.asyncClient(), table.name())
                .create(TableDefinition.of(DeadLetterTable.KEY))
                .join();
        new TableControl(dynamo.asyncClient(), application + "-late-writes")
                .create(TableDefinition.of(LateWriteTable.KEY))
                .join();
        deadLetters = new ParkedItemIndex(table, ROUTE, Clock.systemUTC());
        file = configure("source.users.route.by-city.table = " + byCity);
    }

    @Test
    void theListPrintsItemsAndReasonsWithoutContent() {
        park("ada@example.com", 1, "Oakland");
        park("ada@example.com", 2, "Brooklyn");
        park("bob@example.com", 3, "Albany");
        assertThat(execute("list")).isZero();
        assertThat(out.toString().lines()).hasSize(3);
        assertThat(out.toString())
                .containsPattern("users.by-city +" + name("ada@example.com") + " +2 +" + id("ada@example.com", 1))
                .containsPattern(name("bob@example.com") + " +1 .* because of 3")
                .doesNotContain("example.com", "Oakland", "Brooklyn");
    }

    @Test
    void theListIsPrintedByPage() throws IOException {
        for (int i = 0; i < 5; i++) {
            park("user" + i, i + 1, "Oakland");
        }
        List<String> items = new ArrayList<>();
        String after = null;
        for (int pages = 0; pages < 3; pages++) {
            String[] arguments = after == null
                    ? new String[] {"list", "--json", "--limit", "2"}
                    : new String[] {"list", "--json", "--limit", "2", "--after", after};
            out.getBuffer().setLength(0);
            err.getBuffer().setLength(0);
            assertThat(execute(arguments)).isZero();
            for (JsonNode item : json()) {
                items.add(item.get("item").asText());
            }
            after = err.toString().replaceFirst("(?s).*--after ", "").strip();
        }
        assertThat(items).hasSize(5).doesNotHaveDuplicates();
        assertThat(after).as("the last page tells of no more").isEmpty();
    }

    @Test
    void theChangesOfOneItemAreListedByItsKey() throws IOException {
        park("ada@example.com", 1, "Oakland");
        park("ada@example.com", 2, "Brooklyn");
        park("bob@example.com", 3, "Albany");
        for (String[] choice : List.of(
                new String[] {"--key", "email=ada@example.com"}, new String[] {"--item", name("ada@example.com")})) {
            out.getBuffer().setLength(0);
            assertThat(execute("list", "--json", choice[0], choice[1])).isZero();
            assertThat(json())
                    .extracting(change -> change.get("id").asText())
                    .containsExactly(id("ada@example.com", 1), id("ada@example.com", 2));
        }
    }

    @Test
    void aDeadLetterIsShownWithBothImages() throws IOException {
        park("ada@example.com", 7, "Oakland");
        assertThat(execute("show", id("ada@example.com", 7))).isZero();
        JsonNode shown = new ObjectMapper().readTree(out.toString());
        assertThat(shown.at("/owner").asText()).isEqualTo("users/ada@example.com");
        assertThat(shown.at("/before").isNull()).isTrue();
        assertThat(shown.at("/after/city/S").asText()).isEqualTo("Oakland");
        assertThat(shown.at("/reason").asText()).isEqualTo("because of 7");

        assertThat(execute("show", id("ada@example.com", 8))).isEqualTo(1);
        assertThat(err.toString()).contains("there is no dead letter");
    }

    @Test
    void anUndecodedRecordIsShownAsItWasRead() throws IOException {
        deadLetters
                .park(
                        new Change.Undecoded(
                                stamp("ada", 7), "undecodable record: why", "{\"eventName\":\"TRUNCATE\"}"),
                        "undecodable record: why",
                        () -> true)
                .join();
        assertThat(execute("show", id("ada", 7))).isZero();
        JsonNode shown = new ObjectMapper().readTree(out.toString());
        assertThat(shown.at("/change").asText()).isEqualTo("UNDECODED");
        assertThat(shown.at("/record/eventName").asText()).isEqualTo("TRUNCATE");
        assertThat(execute("redrive")).isEqualTo(1);
        assertThat(out.toString()).contains("undecodable record: why: it can only be discarded");
        assertThat(execute("discard", id("ada", 7), "--yes")).isZero();
        assertThat(deadLetters.before(stamp("ada", 7)).join()).isEmpty();
    }

    @Test
    void redriveAppliesTheSelectedItemsOnly() {
        park("ada", 1, "Oakland");
        park("bob", 2, "Albany");
        assertThat(execute("redrive", "--item", name("ada"))).isZero();
        assertThat(out.toString()).contains(name("ada") + ": 1 redriven").doesNotContain(name("bob"));
        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada"));
        assertThat(execute("redrive")).isZero();
        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada", "Albany", "bob"));
        assertThat(locks()).as("locks that were not given back").isEmpty();
    }

    @Test
    void theExitCodeReportsARefusedRedrive() throws IOException {
        park("ada", 1, "Oakland");
        park("bob", 2, "");
        assertThat(execute("redrive", "--json")).isEqualTo(1);
        assertThat(json()).hasSize(2);
        assertThat(err.toString()).contains("Redriven: 1 change. Still parked: 1 change of 1 item.");
        out.getBuffer().setLength(0);
        assertThat(execute("list", "--json")).isZero();
        assertThat(json())
                .singleElement()
                .satisfies(item -> assertThat(item.at("/first/reason").asText()).contains("ValidationException"));
    }

    @Test
    void redriveRefusesATargetThatDoesNotFit() throws IOException {
        park("ada", 1, "Oakland");
        file = configure("source.users.route.by-city.table = no-such-target");
        assertThat(execute("redrive")).isEqualTo(3);
        assertThat(err.toString()).contains("source.users.route.by-city.table = no-such-target: there is no such");
        assertThat(deadLetters.before(stamp("ada", 1)).join()).isPresent();
    }

    @Test
    void nothingIsDiscardedWithoutYes() {
        park("ada", 1, "Oakland");
        assertThat(execute("discard", "--item", name("ada"))).isEqualTo(2);
        assertThat(out.toString()).contains(name("ada") + ": 1 change");
        assertThat(err.toString()).contains("Nothing was discarded. With --yes, these changes are deleted");
        assertThat(deadLetters.before(stamp("ada", 1)).join()).isPresent();
    }

    @Test
    void discardDeletesDeadLettersAndKeepsTheTarget() {
        park("ada", 1, "Oakland");
        park("bob", 2, "Albany");
        assertThat(execute("discard", "--key", "email=ada", "--yes")).isZero();
        assertThat(out.toString()).contains(name("ada") + ": 1 discarded, 0 still parked");
        assertThat(deadLetters.before(stamp("ada", 1)).join()).isEmpty();
        assertThat(deadLetters.before(stamp("bob", 2)).join()).isPresent();
        assertThat(rows()).isEmpty();
        assertThat(execute("discard", "--all", "--yes")).isZero();
        assertThat(deadLetters.before(stamp("bob", 2)).join()).isEmpty();
    }

    @Test
    void oneChangeIsDiscardedAndItsItemStaysParked() {
        park("ada", 1, "Oakland");
        park("ada", 2, "Albany");
        assertThat(execute("discard", id("ada", 1), "--yes")).isZero();
        assertThat(out.toString()).contains(id("ada", 1) + ": 1 discarded, 1 still parked");
        assertThat(execute("redrive")).isZero();
        assertThat(rows()).isEqualTo(Map.of("Albany", "ada"));
    }

    @Test
    void aChangeThatStaysParkedFailsItsDiscard() throws IOException {
        park("ada", 1, "Oakland");
        AtomicBoolean replayed = new AtomicBoolean();
        try (DynamoDbFront front = front()) {
            front.answerInPlace(call -> {
                if (call.operation().equals("TransactWriteItems") && !replayed.getAndSet(true)) {
                    park("ada", 1, "Oakland"); // a replay
                }
                return Optional.empty();
            });
            assertThat(execute("discard", id("ada", 1), "--yes")).isEqualTo(1);
            assertThat(out.toString()).contains(id("ada", 1) + ": 0 discarded, 1 still parked");
            assertThat(err.toString()).contains("replayed meanwhile", "Run this again");
            assertThat(execute("discard", id("ada", 1), "--yes")).isZero();
        }
    }

    /** Another application, region or endpoint than the daemon's has no table. */
    @Test
    void aTableThatDoesNotExistIsNamed() throws IOException {
        park("ada", 1, "Oakland");
        edit(line -> line.replace(application, "app-other"));
        for (String command : List.of("list", "redrive", "discard --all --yes")) {
            err.getBuffer().setLength(0);
            assertThat(execute(command.split(" "))).isZero();
            assertThat(err.toString())
                    .containsOnlyOnce("There is no table app-other-dead-letters in us-east-1 at " + dynamo.endpoint());
        }
        for (String command : List.of("show", "discard --yes")) {
            err.getBuffer().setLength(0);
            assertThat(execute((command + " " + id("ada", 1)).split(" "))).isEqualTo(1);
            assertThat(err.toString()).contains("There is no table app-other-dead-letters");
        }
    }

    @Test
    void theSourceIsDescribedOnceForAllItems() throws IOException {
        for (int i = 0; i < 5; i++) {
            park("user" + i, i + 1, "Oakland");
        }
        String users = dynamo.createTable("users", "email:S", true);
        edit(line -> line.startsWith("source.users.identity") ? "" : line.replace("= users", "= " + users));
        try (DynamoDbFront front = front()) {
            assertThat(execute("list", "--key", "email=user3")).isZero();
            assertThat(front.passed())
                    .filteredOn(call -> call.operation().equals("DescribeTable")
                            && call.body().contains(users))
                    .hasSize(1);
        }
    }

    /** Records the calls of the commands from now on. */
    private DynamoDbFront front() throws IOException {
        DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
        edit(line -> line.replace(dynamo.endpoint().toString(), front.endpoint().toString()));
        return front;
    }

    private void edit(UnaryOperator<String> line) throws IOException {
        Path path = Path.of(file);
        Files.write(path, Files.readAllLines(path).stream().map(line).toList());
    }

    @Test
    void discardNeedsASelection() {
        assertThat(execute("discard", "--yes")).isEqualTo(2);
        assertThat(err.toString()).contains("Specify what to discard: one CHANGE, --item, --key or --all");
    }

    @Test
    void anUnknownRouteIsRefusedWithTheKnownOnes() {
        assertThat(execute("list", "--route", "users.by-cty")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--route users.by-cty: the configuration has no such route; it has " + ROUTE);
    }

    @Test
    @Tag("slow")
    void aTableThatDoesNotAnswerIsNamed() throws IOException {
        file = Files.writeString(
                        directory.resolve("nowhere.properties"),
                        Files.readString(Path.of(file))
                                .replace(dynamo.endpoint().toString(), "http://127.0.0.1:1"))
                .toString();
        assertThat(execute("list")).isEqualTo(1);
        assertThat(err.toString()).contains(table.name(), "http://127.0.0.1:1").doesNotContain("\tat ");
    }

    private String configure(String route) throws IOException {
        return Files.write(
                        directory.resolve("tributary.properties"),
                        List.of(
                                "application = " + application,
                                "aws.endpoint = " + dynamo.endpoint(),
                                "aws.region = us-east-1",
                                "source.users.table = users",
                                "source.users.identity = users",
                                route))
                .toString();
    }

    private void park(String email, int version, String city) {
        Map<String, AttributeValue> image = new HashMap<>();
        image.put("email", AttributeValue.fromS(email));
        image.put("city", AttributeValue.fromS(city));
        deadLetters
                .park(new Change.Insert(stamp(email, version), new Item(image)), "because of " + version, () -> true)
                .join();
    }

    private static VersionStamp stamp(String email, int version) {
        return new VersionStamp(
                new ItemKey("users/" + email),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.ofEpochSecond(version));
    }

    private static String name(String email) {
        return new ItemKey("users/" + email).toString();
    }

    private static String id(String email, int version) {
        return name(email).substring("item#".length()) + "/" + version;
    }

    private Map<String, String> rows() {
        Map<String, String> rows = new HashMap<>();
        dynamo.client()
                .scan(request -> request.tableName(byCity).consistentRead(true))
                .items()
                .forEach(row -> rows.put(row.get("city").s(), row.get("email").s()));
        return rows;
    }

    private List<?> locks() {
        return dynamo.client()
                .query(request -> request.tableName(table.name())
                        .keyConditionExpression("#partition = :lock")
                        .expressionAttributeNames(Map.of("#partition", "partition"))
                        .expressionAttributeValues(Map.of(":lock", AttributeValue.fromS("lock"))))
                .items();
    }

    private List<JsonNode> json() throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            objects.add(new ObjectMapper().readTree(line));
        }
        return objects;
    }

    private int execute(String... arguments) {
        List<String> all = new ArrayList<>(List.of("dead-letters"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--config", file));
        return Cli.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
