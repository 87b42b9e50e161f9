package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code tributary verify} on tables that no daemon replicates. */
class VerifyCommandTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    @TempDir
    private Path directory;

    private InspectedTables tables;

    @BeforeEach
    void createTables() {
        tables = new InspectedTables(dynamo, directory);
    }

    private int verify(String... options) throws IOException {
        tables.out.getBuffer().setLength(0);
        String[] command = new String[options.length + 3];
        command[0] = "verify";
        command[1] = "--progress";
        command[2] = "off";
        System.arraycopy(options, 0, command, 3, options.length);
        return tables.execute(command);
    }

    @Test
    void whatWasFoundBeforeAFailureIsPrinted() throws IOException {
        tables.with("source.visits.table = " + dynamo.createTable("visits", "id:N", true))
                .with("source.visits.route.copy.table = " + dynamo.createTable("visits_copy", "id:N"));
        tables.item("ada", "city=Oakland");
        assertThat(verify("--key", "email=ada")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.out.toString())
                .contains("missing", "Oakland", "differs")
                .doesNotContain("visits");
        assertThat(tables.err.toString()).contains("--key: id is missing; the table's key is id:N");
    }
}
