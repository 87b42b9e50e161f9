package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
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
        assertThat(tables.execute("forget", "users")).isZero();
        assertThat(tables.out.toString()).contains("2 rows in table " + tables.leases, "forget users --yes");
        assertThat(keys()).contains("users/shard-1", "users/tributary-stream");

        assertThat(tables.execute("forget", "users", "--yes")).isZero();
        assertThat(tables.out.toString()).contains("2 rows deleted");
        assertThat(keys()).containsExactlyInAnyOrder("users-2/shard-1", "Leader", "host-1");
    }

    @Test
    void aSourceThatALiveWorkerReadsIsRefused() throws IOException {
        tables.lease("host-1", Instant.now());
        tables.worker("host-1", Instant.now());
        assertThat(tables.execute("forget", "users", "--yes")).isEqualTo(ExitCode.FAILED);
        assertThat(tables.err.toString()).contains("source.users is read by host-1");
        assertThat(keys()).contains("users/shard-1", "users/tributary-stream");
    }

    @Test
    void aSourceWithoutRowsAndAnUnknownOneAreReported() throws IOException {
        assertThat(tables.execute("forget", "users", "--yes")).isZero();
        assertThat(tables.out.toString()).contains("0 rows deleted");
        assertThat(tables.execute("forget", "orders")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.err.toString()).contains("orders: the configuration has no such source; it has users");
    }
}
