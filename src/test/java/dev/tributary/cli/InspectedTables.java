package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
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
import picocli.CommandLine;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A source of users and its route by city, with rows as workers leave them, for tests of commands that only read. */
final class InspectedTables {

    static final String IDENTITY = "users";

    final LocalDynamoDb dynamo;
    final String application = "app-" + UUID.randomUUID();
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final String users;
    final String byCity;
    final String leases = application + "-leases";
    private final Path file;
    private String more = "";

    InspectedTables(LocalDynamoDb dynamo, Path directory) {
        this(dynamo, directory, dynamo.createTable("users", "email:S", true), dynamo.createTable("by_city", "city:S"));
    }

    /** With tables that exist. */
    InspectedTables(LocalDynamoDb dynamo, Path directory, String users, String byCity) {
        this.dynamo = dynamo;
        this.file = directory.resolve("test.properties");
        this.users = users;
        this.byCity = byCity;
    }

    /** Adds lines to the configuration. */
    InspectedTables with(String lines) {
        more += lines + "\n";
        return this;
    }

    void item(String email, String... attributes) {
        put(users, item(email, Map.of(), attributes));
    }

    void put(String table, Map<String, AttributeValue> item) {
        dynamo.client().putItem(request -> request.tableName(table).item(item));
    }

    private static Map<String, AttributeValue> item(
            String email, Map<String, AttributeValue> others, String... attributes) {
        Map<String, AttributeValue> item = new HashMap<>(others);
        item.put("email", AttributeValue.fromS(email));
        for (String attribute : attributes) {
            int equals = attribute.indexOf('=');
            item.put(attribute.substring(0, equals), AttributeValue.fromS(attribute.substring(equals + 1)));
        }
        return item;
    }

    /** Writes a row as the daemon does for a change of the item. */
    void row(String owner, String city, String... attributes) {
        Map<String, AttributeValue> key = Map.of("city", AttributeValue.fromS(city));
        TargetWrite write =
                new TargetWrite.Upsert(stamp(owner, 7), new Row(new Item(key), new Item(item(owner, key, attributes))));
        assertThat(new TargetTable(dynamo.asyncClient(), byCity, Policies.USUAL)
                        .apply(write, () -> true)
                        .join())
                .isEqualTo(Outcome.APPLIED);
    }

    static VersionStamp stamp(String owner, int sequence) {
        return new VersionStamp(
                new ItemKey(IDENTITY + "/" + owner),
                Version.of("2026-11-20T08:00:00.000", Integer.toString(sequence)),
                Instant.now().minusSeconds(120));
    }

    void worker(String name, Instant reported) {
        dynamo.createLeaseTable(application);
        put(
                leases,
                Map.of(
                        "leaseKey", AttributeValue.fromS(name),
                        "entityType", AttributeValue.fromS("WORKER_METRIC_STATS"),
                        "lut", AttributeValue.fromN(Long.toString(reported.getEpochSecond()))));
    }

    /** A lease, and the state of the source. */
    void lease(String owner, Instant doneUntil) {
        dynamo.createLeaseTable(application);
        new SourceStateRow(dynamo.asyncClient(), leases, "users")
                .begin(dynamo.streamArn(users), IDENTITY, Instant.now(), Optional.empty());
        put(
                leases,
                Map.of(
                        "leaseKey", AttributeValue.fromS("users/shard-1"),
                        "entityType", AttributeValue.fromS("LEASE"),
                        "leaseOwner", AttributeValue.fromS(owner),
                        "leaseCounter", AttributeValue.fromN("7"),
                        "ownerSwitchesSinceCheckpoint", AttributeValue.fromN("0"),
                        "checkpoint", AttributeValue.fromS("300000000000000000007"),
                        "checkpointSubSequenceNumber", AttributeValue.fromN("0"),
                        "tributaryDoneUntil", AttributeValue.fromN(Long.toString(doneUntil.toEpochMilli()))));
    }

    void park(String owner) {
        DeadLetterTable table =
                new DeadLetterTable(dynamo.asyncClient(), application + "-dead-letters", Duration.ofSeconds(10));
        new TableControl(dynamo.asyncClient(), table.name())
                .create(TableDefinition.of(DeadLetterTable.KEY))
                .join();
        new ParkedItemIndex(table, "users.by-city", Clock.systemUTC())
                .park(
                        new Change.Insert(stamp(owner, 7), new Item(Map.of("city", AttributeValue.fromS("Oakland")))),
                        "because",
                        () -> true)
                .join();
    }

    int execute(String... command) throws IOException {
        return execute(dynamo.endpoint(), command);
    }

    int execute(URI endpoint, String... command) throws IOException {
        return execute(Cli.commandLine(), endpoint, command);
    }

    int execute(CommandLine cli, URI endpoint, String... command) throws IOException {
        Files.writeString(file, """
                application = %s
                aws.endpoint = %s
                aws.region = us-east-1
                source.users.table = %s
                source.users.identity = %s
                source.users.route.by-city.table = %s
                source.users.route.by-city.exclude = zipcode
                %s
                """.formatted(application, endpoint, users, IDENTITY, byCity, more));
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(1, List.of("--config", file.toString()));
        return cli.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments.toArray(String[]::new));
    }
}
