package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code tributary forget} on a lease table that two sources share. */
class ForgetCommandTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    @TempDir
    private Path directory;

    private InspectedTables tables;

    @BeforeEach
    void createTables() {
        tables = new InspectedTables(dynamo, directory);
    }

    /** @param between happens while the command waits */
    private int execute(Runnable between, String... command) throws IOException {
        CommandLine cli = Cli.commandLine();
        ForgetCommand forget = cli.getSubcommands().get("forget").getCommand();
        forget.pause = time -> {
            assertThat(time)
                    .isEqualTo(Duration.ofSeconds(5)); // two reports of a lease of 8 s, and the second of their times
            between.run();
        };
        return tables.execute(cli, dynamo.endpoint(), command);
    }

    private int execute(String... command) throws IOException {
        return execute(() -> {}, command);
    }

    private Set<String> keys() {
        return dynamo
                .client()
                .scanPaginator(request -> request.tableName(tables.leases).consistentRead(true))
                .items()
                .stream()
                .map(row -> row.get("leaseKey").s())
                .collect(Collectors.toSet());
    }

    private void row(String key) {
        tables.put(tables.leases, Map.of("leaseKey", AttributeValue.fromS(key)));
    }

    @Test
    void onlyTheRowsOfTheSourceAreDeletedAndOnlyIfThatIsConfirmed() throws IOException {
        tables.lease("host-1", Instant.now());
        tables.worker("host-1", Instant.now().minusSeconds(60));
        row("users-2/shard-1");
        row("Leader");
        assertThat(execute("forget", "users")).isZero();
        assertThat(tables.out.toString()).contains("2 rows in table " + tables.leases, "forget users --yes");
        assertThat(keys()).contains("users/shard-1", "users/tributary-stream");

        assertThat(execute("forget", "users", "--yes")).isZero();
        assertThat(tables.out.toString()).contains("2 rows deleted");
        assertThat(keys()).containsExactlyInAnyOrder("users-2/shard-1", "Leader", "host-1");
    }

    @Test
    void aSourceThatALiveWorkerReadsIsRefused() throws IOException {
        tables.lease("host-1", Instant.now());
        tables.worker("host-1", Instant.now());
        assertThat(execute("forget", "users", "--yes")).isEqualTo(ExitCode.FAILED);
        assertThat(tables.err.toString()).contains("source.users is read by host-1");
        assertThat(keys()).contains("users/shard-1", "users/tributary-stream");
    }

    /** The clock of the command, or that of a worker, may be wrong. */
    @Test
    void aSourceWhoseWorkerReportsMeanwhileIsRefused() throws IOException {
        Instant wrong = Instant.now().minusSeconds(600);
        tables.lease("host-1", Instant.now());
        tables.worker("host-1", wrong);
        assertThat(execute(() -> tables.worker("host-1", wrong.plusSeconds(2)), "forget", "users", "--yes"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(tables.err.toString()).contains("source.users is read by host-1");
        assertThat(keys()).contains("users/shard-1", "users/tributary-stream");
    }

    @Test
    void aSourceOneOfWhoseLeasesIsWrittenMeanwhileIsRefused() throws IOException {
        tables.lease("host-1", Instant.now());
        assertThat(execute(() -> tables.lease("host-2", Instant.now()), "forget", "users", "--yes"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(tables.err.toString()).contains("source.users is read by host-2");
        assertThat(keys()).contains("users/shard-1", "users/tributary-stream");
    }

    /** Such a source has left the configuration of its workers. */
    @Test
    void workersOfOtherSourcesAreNoHindrance() throws IOException {
        tables.lease("host-1", Instant.now());
        reportOf("host-2", "orders", Instant.now().minusSeconds(600));
        assertThat(execute(() -> reportOf("host-2", "orders", Instant.now()), "forget", "users", "--yes"))
                .isZero();
        assertThat(keys()).containsExactly("host-2");
    }

    private void reportOf(String worker, String source, Instant at) {
        tables.put(
                tables.leases,
                Map.of(
                        "leaseKey", AttributeValue.fromS(worker),
                        "entityType", AttributeValue.fromS("WORKER_METRIC_STATS"),
                        "lut", AttributeValue.fromN(Long.toString(at.getEpochSecond())),
                        "tributarySources", AttributeValue.fromSs(List.of(source))));
    }

    @Test
    void aSourceWithoutRowsAndAnUnknownOneAreReported() throws IOException {
        assertThat(execute("forget", "users", "--yes")).isZero();
        assertThat(tables.out.toString()).contains("0 rows deleted");
        assertThat(execute("forget", "orders")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.err.toString()).contains("orders: the configuration has no such source; it has users");
    }
}
