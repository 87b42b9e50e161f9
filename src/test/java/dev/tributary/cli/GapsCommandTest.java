package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.tables.EnabledStream;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.stream.lease.SourceStateRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
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
    private final StringWriter err = new StringWriter();
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
        assertThat(err.toString())
                .contains("There is no table " + application + "-leases in us-east-1 at " + dynamo.endpoint());
    }

    @Test
    void furtherGapsThatWereNotReadStay() {
        state(3);
        SourceStateRow row = new SourceStateRow(dynamo.asyncClient(), application + "-leases", "users");
        row.acknowledge(row.read().orElseThrow().passed(), 2); // the third was recorded since
        assertThat(row.read().orElseThrow().passed()).isEmpty();
        assertThat(row.read().orElseThrow().further()).isEqualTo(3);
        row.acknowledge(List.of(), 3);
        assertThat(row.read().orElseThrow().further()).isZero();
        row.acknowledge(List.of(), 3); // repeated, because the reply was lost
        assertThat(row.read().orElseThrow().further()).isZero();
    }

    @Test
    void gapsAreListedUntilTheyAreAcknowledged() {
        state(2);
        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("users", "worker-1", "it was trimmed", "2 more", "--acknowledge");

        assertThat(execute("gaps", "--acknowledge")).isZero();
        assertThat(out.toString()).contains("it was trimmed", "users: acknowledged");

        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("There are no unacknowledged gaps").doesNotContain("trimmed");
    }

    @Test
    void onlyGapsOfTheNamedSourcesAreAcknowledged() throws IOException {
        with("source.archive.table = archive", "source.archive.route.copy.table = archive_copy");
        state(0);
        state("archive", 0);
        assertThat(execute("gaps", "archive", "--acknowledge")).isZero();
        assertThat(out.toString()).contains("archive").doesNotContain("users");

        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("users  ").doesNotContain("archive");
        assertThat(execute("gaps", "nowhere")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString()).contains("nowhere: the configuration has no such source; it has archive, users");
    }

    /** The acknowledgement of such a gap cancels the repair of the targets. */
    @Test
    void gapsThatDaemonsRepairAreAcknowledgedByNameOnly() throws IOException {
        with(
                "source.archive.table = archive",
                "source.archive.gaps = resync",
                "source.archive.route.copy.table = archive_copy");
        state(0);
        state("archive", 0);
        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("tributary gaps users --acknowledge", "archive: gaps = resync");
        assertThat(execute("gaps", "--acknowledge")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString()).contains("archive  ", "users    ").doesNotContain("cknowledged");
        assertThat(err.toString())
                .contains("source.archive", "would be cancelled", "tributary gaps archive --acknowledge");

        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("archive  ", "users    ");
        assertThat(execute("gaps", "archive", "--acknowledge")).isZero();
        assertThat(execute("gaps", "--acknowledge")).isZero();
        assertThat(execute("gaps")).isZero();
        assertThat(out.toString()).contains("There are no unacknowledged gaps");
    }

    @Test
    void gapsArePrintedBeforeASourceThatCannotBeRead() throws IOException {
        with(
                "source.zoo.table = zoo",
                "source.zoo.endpoint = http://127.0.0.1:1",
                "aws.call-timeout = 1s",
                "aws.attempt-timeout = 1s",
                "source.zoo.route.copy.table = zoo_copy");
        state(0);
        assertThat(execute("gaps", "--acknowledge")).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString()).contains("it was trimmed").doesNotContain("cknowledged");
        assertThat(err.toString()).contains("source.zoo");

        assertThat(execute("gaps", "users")).isZero();
        assertThat(out.toString()).contains("it was trimmed");
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
    void aStartIsNotRefusedWhereAStreamOfAnotherViewTypeReplacesOneThatHasBeenRead() {
        String read = dynamo.streamArn(users);
        disable();
        enable(StreamViewType.NEW_IMAGE);
        assertThat(execute("check")).isEqualTo(ExitCode.TABLES);
        assertThat(err.toString()).contains("view type NEW_IMAGE, and replication needs NEW_AND_OLD_IMAGES");
        state("users", read, 0);
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

    private void with(String... lines) throws IOException {
        Files.write(file, List.of(lines), StandardOpenOption.APPEND);
    }

    private void state(int further) {
        state("users", further);
    }

    private void state(String source, int further) {
        state(source, dynamo.streamArn(users), further);
    }

    /** Writes the rows that workers would have written. */
    private void state(String source, String stream, int further) {
        String table = dynamo.createLeaseTable(application);
        Map<String, AttributeValue> row = new HashMap<>(Map.of(
                "leaseKey", AttributeValue.fromS(source + "/tributary-stream"),
                "entityType", AttributeValue.fromS("STREAM"),
                "streamId", AttributeValue.fromS(stream),
                "since", AttributeValue.fromS("2026-01-01T00:00:00Z"),
                "epoch", AttributeValue.fromS("2026-01-01T00:00:00.000"),
                "identity", AttributeValue.fromS("000000000000:us-east-1:" + users),
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
        err.getBuffer().setLength(0);
        String[] arguments = new String[options.length + 3];
        arguments[0] = command;
        arguments[1] = "--config";
        arguments[2] = file.toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return Cli.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
