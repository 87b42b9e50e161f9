package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code tributary verify} of one item, on tables that no daemon replicates. */
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

    /** Nothing was compared, which must not read as a proof. */
    @Test
    void anItemThatDoesNotExistIsNotCalledRight() throws IOException {
        tables.item("ada", "city=Oakland");
        tables.row("ada", "Oakland");
        assertThat(verify("--key", "email=ada")).isZero();
        assertThat(tables.out.toString()).contains("right");

        assertThat(verify("--key", "email=Ada")).isZero();
        assertThat(tables.out.toString())
                .contains("absent", "the source has no item with this key; rows of it were not looked for")
                .doesNotContain("right");
        assertThat(verify("--key", "email=Ada", "--json")).isZero();
        assertThat(tables.out.toString()).contains("\"state\":\"absent\"").doesNotContain("right");
    }

    @Test
    void anItemWithoutAKeyInTheTargetIsNotCalledRight() throws IOException {
        tables.item("ada");
        tables.row("ada", "Oakland"); // whose removal was lost
        assertThat(verify("--key", "email=ada")).isZero();
        assertThat(tables.out.toString())
                .contains(
                        "absent", "the item has no key in the target, so it has no row; rows of it were not looked for")
                .doesNotContain("right");
        assertThat(verify()).isEqualTo(ExitCode.FAILED);
        assertThat(tables.out.toString()).contains("extra", "Oakland");
    }

    /** The key of the row is known without the item. */
    @Test
    void theRowOfAnItemThatDoesNotExistIsFoundByItsKey() throws IOException {
        String byEmail = dynamo.createTable("by_email", "email:S");
        tables.with("source.users.route.by-email.table = " + byEmail);
        assertThat(verify("users.by-email", "--key", "email=ada"))
                .as(tables.err.toString())
                .isZero();
        assertThat(tables.out.toString())
                .contains("absent", "the source has no item with this key, and the target has no row of it")
                .doesNotContain("right");

        tables.put(byEmail, Map.of("email", AttributeValue.fromS("ada")));
        assertThat(verify("users.by-email", "--key", "email=ada")).isEqualTo(ExitCode.FAILED);
        assertThat(tables.out.toString()).contains("foreign", "ada", "differs");
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
