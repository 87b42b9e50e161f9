package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.DynamoDbFront;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.TargetWrite;
import dev.tributary.table.Policies;
import dev.tributary.table.Policies.Tombstones;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import dev.tributary.table.TargetTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code tributary explain} on tables as the daemon leaves them, and on events. */
class ExplainCommandTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    @TempDir
    private Path directory;

    private InspectedTables tables;

    @BeforeEach
    void createTables() {
        tables = new InspectedTables(dynamo, directory);
    }

    @Test
    void anItemWhoseRowIsRightIsExplainedWithoutItsValues() throws IOException {
        tables.worker("host-1", Instant.now());
        tables.lease("host-1", Instant.now().minusSeconds(5));
        tables.item("ada", "city=Oakland", "zipcode=11208", "name=Lovelace");
        tables.row("ada", "Oakland", "name=Lovelace");
        assertThat(explain("--key", "email=ada")).isZero();
        assertThat(tables.out.toString())
                .contains(
                        "email=ada of source users",
                        "route users.by-city to " + tables.byCity + ": RIGHT",
                        "city=Oakland",
                        "copied:       city, email, name",
                        "left out:     zipcode (exclude)",
                        "change 7 of epoch 2026-11-20T08:00:00.000, made 2 min ago",
                        "every change made until",
                        "dead letters: none")
                .doesNotContain("Lovelace", "11208");
        assertThat(explain("--key", "email=ada", "--values")).isZero();
        assertThat(tables.out.toString()).contains("Lovelace", "11208");
    }

    @Test
    void aRowThatIsMissingDifferentForeignOrAnothersIsNamed() throws IOException {
        tables.item("ada", "city=Oakland", "name=Ada");
        assertThat(verdict("ada")).isEqualTo("MISSING");

        tables.row("ada", "Oakland", "name=Eve", "zipcode=1");
        assertThat(verdict("ada")).isEqualTo("DIFFERENT");
        assertThat(tables.out.toString()).contains("other values: name; too many: zipcode");

        tables.item("bob", "city=Oakland");
        assertThat(verdict("bob")).isEqualTo("COLLISION");
        assertThat(tables.out.toString()).contains("collisions = latest");

        tables.item("eve", "city=Salem");
        tables.put(tables.byCity, Map.of("city", AttributeValue.fromS("Salem")));
        assertThat(verdict("eve")).isEqualTo("FOREIGN");
    }

    @Test
    void anItemWithoutAKeyOrWithOneThatTheTargetCannotHoldIsExplained() throws IOException {
        tables.item("ada");
        assertThat(verdict("ada")).isEqualTo("RIGHT");
        assertThat(tables.out.toString()).contains("no row without city");
        tables.put(tables.users, Map.of("email", AttributeValue.fromS("bob"), "city", AttributeValue.fromN("7")));
        assertThat(verdict("bob")).isEqualTo("PARKED");
        assertThat(tables.out.toString()).contains("its city is of type N, and the target's key needs S");
        tables.with("source.users.route.by-city.missing-key = park");
        assertThat(verdict("ada")).isEqualTo("PARKED");
    }

    @Test
    void aRemovedItemIsFoundWhereItsKeyIsEnough() throws IOException {
        tables.with("source.users.route.by-city.key.city = {email}");
        assertThat(verdict("ada")).isEqualTo("RIGHT");
        tables.row("ada", "ada");
        assertThat(verdict("ada")).isEqualTo("EXTRA");
        Item key = new Item(Map.of("city", AttributeValue.fromS("ada")));
        new TargetTable(
                        dynamo.asyncClient(),
                        tables.byCity,
                        new Policies(CollisionPolicy.LATEST, Optional.of(new Tombstones(Duration.ofDays(7)))))
                .apply(new TargetWrite.Delete(InspectedTables.stamp("ada", 8), Set.of(key)), () -> true)
                .join();
        assertThat(verdict("ada")).isEqualTo("RIGHT");
        assertThat(tables.out.toString()).contains("its tombstone is there, until 20");
        tables.item("ada");
        assertThat(verdict("ada")).isEqualTo("MISSING");
        tables.with("source.users.route.by-city.deletes = ignore");
        tables.row("bob", "bob");
        assertThat(verdict("bob")).isEqualTo("KEPT");
    }

    @Test
    void aRemovedItemWhoseRowCannotBeDerivedIsNotTakenForRight() throws IOException {
        assertThat(verdict("ada")).isEqualTo("UNKNOWN");
        assertThat(tables.out.toString()).contains("derived from city");
    }

    @Test
    void deadLettersOfTheItemAreListed() throws IOException {
        tables.item("ada", "city=Oakland");
        tables.row("ada", "Oakland");
        tables.park("ada");
        assertThat(explain("--key", "email=ada")).isEqualTo(ExitCode.FAILED);
        assertThat(tables.out.toString()).contains("RIGHT", "dead letters: 1, the first parked 0 s ago: because");
    }

    @Test
    void aKeyOfAnotherFormIsRefused() throws IOException {
        assertThat(explain("--key", "mail=ada")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.err.toString()).contains("email is missing; the table's key is email:S");
        assertThat(explain("--key", "email=ada", "--key", "city=x")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(explain()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.err.toString()).contains("expected either --key or --event");
        assertThat(explain("--source", "orders", "--key", "email=ada")).isEqualTo(ExitCode.CONFIGURATION);
    }

    @Test
    void aMissingOrDeniedTableIsNamed() throws IOException {
        tables.item("ada", "city=Oakland");
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint())) {
            front.answerInPlace(call -> Optional.of(DynamoDbFront.Answer.json(
                            400, "{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"no\"}"))
                    .filter(denied -> call.operation().equals("GetItem")));
            assertThat(tables.execute(front.endpoint(), "explain", "--key", "email=ada"))
                    .isEqualTo(ExitCode.TABLES);
        }
        assertThat(tables.err.toString()).contains("table " + tables.users, "cannot be read: AccessDeniedException");

        dynamo.client().deleteTable(request -> request.tableName(tables.byCity));
        assertThat(verdict("ada")).isEqualTo("UNKNOWN");
        assertThat(tables.out.toString()).contains("target table " + tables.byCity, "does not exist");

        dynamo.client().deleteTable(request -> request.tableName(tables.users));
        assertThat(explain("--key", "email=ada")).isEqualTo(ExitCode.TABLES);
        assertThat(tables.err.toString()).contains("table " + tables.users, "does not exist");
    }

    /** The form is that of the events with which Lambda functions are tested. */
    private static final String EVENT = """
            {"Records": [
              {"eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
               "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/any/stream/2026-06-27T00:48:05.899",
               "dynamodb": {"ApproximateCreationDateTime": 1428537600, "SequenceNumber": "4421584500000000017450439091",
                 "StreamViewType": "NEW_AND_OLD_IMAGES", "Keys": {"email": {"S": "ada"}},
                 "NewImage": {"email": {"S": "ada"}, "city": {"S": "Oakland"}, "zipcode": {"N": "11208"}}}},
              {"eventName": "MODIFY", "dynamodb": {"SequenceNumber": "4421584500000000017450439092",
                 "ApproximateCreationDateTime": 1428537600.5, "Keys": {"email": {"S": "ada"}},
                 "OldImage": {"email": {"S": "ada"}, "city": {"S": "Oakland"}},
                 "NewImage": {"email": {"S": "ada"}, "city": {"S": "Salem"}}}},
              {"eventName": "REMOVE", "dynamodb": {"Keys": {"email": {"S": "ada"}},
                 "OldImage": {"email": {"S": "ada"}, "city": {"S": "Salem"}}}},
              {"eventName": "INSERT", "dynamodb": {"Keys": {"email": {"S": "bob"}}, "NewImage": {"email": {"S": "bob"}}}},
              {"eventName": "INSERT", "dynamodb": {"Keys": {"email": {"S": "eve"}},
                 "NewImage": {"email": {"S": "eve"}, "city": {"N": "1"}}}}
            ]}
            """;

    @Test
    void theRecordsOfAnEventAreExplainedWithoutAnyTable() throws IOException {
        dynamo.client().deleteTable(request -> request.tableName(tables.users));
        dynamo.client().deleteTable(request -> request.tableName(tables.byCity));
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint())) {
            assertThat(tables.execute(
                            front.endpoint(),
                            "explain",
                            "--event",
                            event(EVENT),
                            "--target-key",
                            "users.by-city=city:S"))
                    .isZero();
            assertThat(front.passed()).as("calls").isEmpty();
        }
        assertThat(tables.out.toString().lines().filter(line -> line.startsWith("route")))
                .satisfiesExactly(
                        insert -> assertThat(insert).contains(": UPSERT, the item has this row"),
                        move -> assertThat(move).contains(": MOVE, the key of the item's row changes"),
                        remove -> assertThat(remove).contains(": DELETE, the item is removed"),
                        nothing -> assertThat(nothing).contains(": FILTERED, the item has no row without city"),
                        parked -> assertThat(parked).contains(": PARKED, its city is of type N"));
        assertThat(tables.out.toString())
                .contains("left out:     zipcode (exclude)", "removes:      city=Oakland", "writes:       city=Salem")
                .doesNotContain("11208");
    }

    @Test
    void theKeyOfATargetIsThatOfTheLocalTableOrOfDynamoDbIfAsked() throws IOException {
        String file = event(EVENT);
        assertThat(explain("--event", file)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.err.toString()).contains("--target-key 'users.by-city=", "--describe");
        assertThat(tables.out.toString()).as("explained in part").isEmpty();
        assertThat(explain("--event", file, "--target-key", "users.other=a:S")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(explain("--event", file, "--target-key", "users.by-city=a:M"))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(explain("--event", file, "--describe", "--json")).isZero();
        assertThat(new ObjectMapper()
                        .readTree(tables.out.toString().lines().findFirst().orElseThrow())
                        .at("/effect")
                        .asText())
                .isEqualTo("UPSERT");
    }

    @Test
    void aFileThatIsNoEventIsRefused() throws IOException {
        for (String text : new String[] {
            "nonsense",
            "{}",
            "{\"Records\":[{\"eventSource\":\"aws:s3\"}]}",
            "{\"Records\":[{\"dynamodb\":{\"NewImage\":{\"email\":\"ada\"}}}]}",
            "{\"Records\":[{\"dynamodb\":{\"NewImage\":{\"email\":{\"X\":\"ada\"}}}}]}",
            "{\"Records\":[{\"dynamodb\":{\"NewImage\":{\"email\":{\"SS\":\"ada\"}}}}]}",
            "{\"Records\":[{\"dynamodb\":{\"NewImage\":{\"email\":{\"S\":null}}}}]}",
            "{\"Records\":[{\"dynamodb\":{\"NewImage\":{\"email\":{\"S\":\"ada\",\"N\":\"1\"}}}}]}",
            "{\"Records\":[{\"dynamodb\":{\"NewImage\":{\"email\":{\"M\":[]}}}}]}",
            "{\"Records\":[{\"dynamodb\":{\"SequenceNumber\":\"abc\"}}]}"
        }) {
            assertThat(explain("--event", event(text), "--target-key", "users.by-city=city:S"))
                    .as(text)
                    .isEqualTo(ExitCode.CONFIGURATION);
        }
        assertThat(explain("--event", directory.resolve("none.json").toString()))
                .isEqualTo(ExitCode.CONFIGURATION);
    }

    private String event(String text) throws IOException {
        return Files.writeString(directory.resolve("event.json"), text).toString();
    }

    private String verdict(String email) throws IOException {
        tables.out.getBuffer().setLength(0);
        explain("--key", "email=" + email, "--json");
        JsonNode explained = new ObjectMapper().readTree(tables.out.toString());
        return explained.at("/routes/0/verdict").asText();
    }

    private int explain(String... options) throws IOException {
        String[] command = new String[options.length + 1];
        command[0] = "explain";
        System.arraycopy(options, 0, command, 1, options.length);
        return tables.execute(command);
    }
}
