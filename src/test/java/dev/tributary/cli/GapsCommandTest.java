package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.tables.EnabledStream;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** {@code tributary gaps} on a lease table, and the stream that a start finds at a table. */
class GapsCommandTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    @TempDir
    private Path directory;

    private final String application = "app-" + UUID.randomUUID();
    private final StringWriter out = new StringWriter();
    private String users;
    private Path file;

    @BeforeEach
    void configure() throws IOException {
        users = dynamo.createTable("users", "email:S", true);
        file = directory.resolve("test.properties");
        Files.writeString(
                file, """
                application = %s
                aws.endpoint = %s
                aws.region = us-east-1
                source.users.table = %s
                source.users.route.by-city.table = %s
                """.formatted(application, dynamo.endpoint(), users, dynamo.createTable("by_email", "email:S")));
    }

    @Test
    void aSourceThatWasNeverReadHasNoGaps() {
        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("There are no unacknowledged gaps");
    }

    @Test
    void gapsAreListedUntilTheyAreAcknowledged() {
        state(2);
        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("users", "worker-1", "it was trimmed", "2 more", "--acknowledge");

        assertThat(execute("gaps", "--acknowledge")).isZero();
        assertThat(out.toString()).contains("it was trimmed", "Acknowledged");

        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("There are no unacknowledged gaps").doesNotContain("trimmed");
    }

    /** The records of a disabled stream can be read for 24 hours. */
    @Test
    void aStartIsNotRefusedWhereADisabledStreamHasBeenRead() {
        disable();
        assertThat(execute("check")).isEqualTo(ExitCode.TABLES);
        state(0);
        assertThat(execute("check")).isZero();
    }

    @Test
    void theStreamOfATableIsItsEnabledOneWithBothImages() {
        EnabledStream stream = new EnabledStream(dynamo.asyncClient(), users);
        assertThat(stream.get()).contains(dynamo.streamArn(users));
        String old = dynamo.streamArn(users);
        disable();
        assertThat(stream.get()).isEmpty();
        enable(StreamViewType.NEW_IMAGE);
        assertThat(stream.get()).isEmpty();
        disable();
        enable(StreamViewType.NEW_AND_OLD_IMAGES);
        assertThat(stream.get()).contains(dynamo.streamArn(users)).isNotEqualTo(Optional.of(old));
        dynamo.client().deleteTable(request -> request.tableName(users));
        assertThat(stream.get()).isEmpty();
    }

    private void disable() {
        dynamo.client()
                .updateTable(request -> request.tableName(users).streamSpecification(s -> s.streamEnabled(false)));
    }

    private void enable(StreamViewType type) {
        dynamo.client().updateTable(request -> request.tableName(users)
                .streamSpecification(s -> s.streamEnabled(true).streamViewType(type)));
    }

    /** Writes the rows that workers would have written. */
    private void state(int further) {
        String table = dynamo.createLeaseTable(application);
        Map<String, AttributeValue> row = new HashMap<>(Map.of(
                "leaseKey", AttributeValue.fromS("users/tributary-stream"),
                "entityType", AttributeValue.fromS("STREAM"),
                "streamId", AttributeValue.fromS(dynamo.streamArn(users)),
                "since", AttributeValue.fromS("2026-01-01T00:00:00Z"),
                "epoch", AttributeValue.fromS("2026-01-01T00:00:00.000"),
                "identity", AttributeValue.fromS(users),
                "gaps",
                        AttributeValue.fromM(Map.of(
                                "trimmed-checkpoint/shard/1",
                                AttributeValue.fromM(Map.of(
                                        "description", AttributeValue.fromS("it was trimmed"),
                                        "at", AttributeValue.fromS("2026-01-02T00:00:00Z"),
                                        "worker", AttributeValue.fromS("worker-1")))))));
        row.put("furtherGaps", AttributeValue.fromN(Integer.toString(further)));
        dynamo.client().putItem(request -> request.tableName(table).item(row));
    }

    private int execute(String command, String... options) {
        out.getBuffer().setLength(0);
        String[] arguments = new String[options.length + 3];
        arguments[0] = command;
        arguments[1] = "--config";
        arguments[2] = file.toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return Cli.commandLine().setOut(new PrintWriter(out)).execute(arguments);
    }
}
