package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.FreePort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CliTest {

    @TempDir
    private Path directory;

    private final StringWriter output = new StringWriter();

    @Test
    void theVersionIsThatOfTheBuild() {
        assertThat(execute("--version")).isZero();
        assertThat(output.toString().strip())
                .matches("tributary \\d+\\.\\d+\\.\\d+( \\(commit \\S+\\))?\\RJava [0-9.]+\\S*, .+");
    }

    @Test
    void helpOfACommandIsWhatItsOptionPrints() {
        assertThat(execute("help", "check")).isZero();
        String help = output.toString();
        output.getBuffer().setLength(0);
        assertThat(execute("check", "--help")).isZero();
        assertThat(output.toString()).isEqualTo(help).startsWith("Usage: tributary check");
    }

    @Test
    void completionKnowsEveryCommand() {
        assertThat(execute("generate-completion")).isZero();
        assertThat(output.toString())
                .contains("complete ")
                .contains(Cli.commandLine().getSubcommands().keySet());
    }

    @Test
    void anUnknownCommandIsRefusedWithTheNearest() {
        assertThat(execute("runn")).isEqualTo(2);
        assertThat(output.toString()).contains("'runn'", "Did you mean: tributary run?");
    }

    @Test
    void aMissingFileIsRefused() {
        assertThat(execute("run", "--config", "no-such.properties")).isEqualTo(2);
        assertThat(output.toString())
                .contains("no-such.properties: no such file")
                .doesNotContain("\tat ");
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        assertThat(execute("run", "--config", file(""))).isEqualTo(2);
        assertThat(output.toString())
                .contains("neither a source nor a resource")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            verify   | --read-units -1   | --read-units -1: expected more than 0
            verify   | --write-units 0   | --write-units 0: expected more than 0
            verify   | --segments 0      | --segments 0: expected 1 to 64
            verify   | --sample -1       | --sample -1: expected 0 or more
            verify   | --limit -1        | --limit -1: expected 0 or more
            verify   | --wait -1         | --wait -1: expected 0 or more
            backfill | --read-units NaN  | --read-units NaN: expected more than 0
            backfill | --segments 65     | --segments 65: expected 1 to 64
            plan     | --sample 0        | --sample 0: expected 1 to 1,000,000
            """)
    void aNumberThatAnOptionDoesNotTakeIsRefusedWithTheOption(String command, String option, String refusal)
            throws IOException {
        String file = file("""
                aws.endpoint = http://127.0.0.1:1
                aws.region = us-east-1
                source.users.table = users
                source.users.route.by-city.table = users_by_city
                """);
        String[] words = option.split(" ", 2);
        assertThat(execute(command, "--config", file, words[0], words[1])).isEqualTo(2);
        assertThat(output.toString()).contains(refusal).doesNotContain("\tat ");
    }

    @Test
    void checkRefusesTokensAndCertificatesThatAStartRefuses() throws IOException {
        String resource = "write.users.path = /\nwrite.users.table = users\n";
        for (Map.Entry<String, String> wrong : Map.of(
                        "admin.token-list = nonsense",
                        "admin.token-list: line 1: expected NAME sha256:HASH RIGHT",
                        "http.token-list = nonsense",
                        "http.token-list: line 1: expected NAME sha256:HASH RIGHT",
                        "http.tokens = no-such-file",
                        "no-such-file",
                        "http.tls.certificate = no-such.pem\nhttp.tls.key = no-such.pem",
                        "no-such.pem")
                .entrySet()) {
            output.getBuffer().setLength(0);
            assertThat(execute("check", "--offline", "--config", file(resource + wrong.getKey() + "\n")))
                    .as(wrong.getKey())
                    .isEqualTo(2);
            assertThat(output.toString())
                    .contains(wrong.getValue())
                    .doesNotContain("is valid")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void allErrorsOfAFileAreReportedTogether() throws IOException {
        assertThat(execute("run", "--config", file("source.users.tabel = users\nhttp.port = abc\n")))
                .isEqualTo(2);
        assertThat(output.toString()).contains("did you mean source.users.table?", "http.port = abc: expected");
    }

    @Test
    void inLocalModeNoTablesAreChecked() throws IOException {
        assertThat(execute("check", "--config", "config/local.properties")).isZero();
        assertThat(output.toString()).contains("The configuration is valid");
    }

    @Test
    void checkListsTheActionsOfEachTable() {
        assertThat(execute("check", "--config", "config/local.properties")).isZero();
        assertThat(output.toString())
                .contains("users/stream/*: DescribeStream, GetRecords, GetShardIterator")
                .contains("tributary-leases/index/LeaseOwnerToLeaseKeyIndex: Query");
    }

    @Test
    void policyIsOfOneRegionAndAccount() {
        assertThat(execute(
                        "iam",
                        "--config",
                        "config/local.properties",
                        "--account",
                        "111122223333",
                        "--region",
                        "cn-north-1"))
                .isZero();
        assertThat(output.toString())
                .contains("\"Version\" : \"2012-10-17\"")
                .contains("arn:aws-cn:dynamodb:cn-north-1:111122223333:table/users/stream/*")
                .contains("dynamodb:CreateTable")
                .doesNotContain("*:table");
    }

    @Test
    void policyWithoutAccountIsForAny() {
        assertThat(execute("iam", "--no-create", "--config", "config/local.properties"))
                .isZero();
        assertThat(output.toString())
                .contains("arn:aws:dynamodb:*:*:table/users_by_city")
                .doesNotContain("CreateTable", "UpdateTimeToLive");
    }

    @Test
    void policyOfTablesInOtherAccountsIsThatOfTheirRole() throws IOException {
        String role = "arn:aws:iam::444455556666:role/targets";
        String file = file("""
                aws.region = eu-central-1
                source.users.table = arn:aws:dynamodb:eu-west-1:111122223333:table/users
                source.users.route.by-city.table = users_by_city
                source.users.route.by-city.role = %s
                """.formatted(role));
        assertThat(execute("iam", "--config", file)).isZero();
        assertThat(output.toString())
                .contains("arn:aws:dynamodb:eu-west-1:111122223333:table/users/stream/*")
                .contains("sts:AssumeRole", role)
                .doesNotContain("users_by_city");
        output.getBuffer().setLength(0);
        assertThat(execute("iam", "--role", role, "--config", file)).isZero();
        assertThat(output.toString())
                .contains("arn:aws:dynamodb:eu-central-1:444455556666:table/users_by_city")
                .doesNotContain("table/users\"", "sts:AssumeRole");
        assertThat(execute("iam", "--role", role + "2", "--config", file)).isEqualTo(2);
        assertThat(output.toString()).contains("no table of the configuration is used through it");
    }

    @Test
    void policyOfSomethingThatIsNoAccountIsRefused() {
        assertThat(execute("iam", "--account", "me", "--config", "config/local.properties"))
                .isEqualTo(2);
        assertThat(output.toString()).contains("--account = me: expected 12 digits, or * for any");
    }

    @Test
    void healthFailsIfTheDaemonDoesNotAnswer() throws IOException {
        int free = FreePort.find();
        String file = file("write.users.path = /\nwrite.users.table = users\nadmin.port = " + free + "\n");
        assertThat(execute("health", "--config", file)).isEqualTo(1);
        assertThat(output.toString()).contains("no answer from http://127.0.0.1:" + free + "/health");
    }

    @Test
    void healthRequestsAnIpv6AddressInBrackets() throws IOException {
        for (String host : List.of("::1", "[::1]")) {
            String file = file(
                    "write.users.path = /\nwrite.users.table = users\nadmin.host = " + host + "\nadmin.port = 1\n");
            assertThat(execute("health", "--config", file)).isEqualTo(1);
            assertThat(output.toString()).contains("no answer from http://[::1]:1/health");
        }
    }

    @Test
    void aTokenIsPrintedSeparatelyFromTheLineForTheFile() {
        StringWriter line = new StringWriter();
        int exit = Cli.commandLine()
                .setOut(new PrintWriter(line))
                .setErr(new PrintWriter(output))
                .execute("token", "billing", "users:read,write", "cities:read");
        assertThat(exit).isZero();
        assertThat(line.toString().strip()).matches("billing sha256:[0-9a-f]{64} users:read,write cities:read");
        assertThat(output.toString()).startsWith("trb_").contains("is the token of billing");
        assertThat(line.toString()).doesNotContain(output.toString().substring(0, 47));
    }

    @Test
    void aTokenWithoutANameOrWithUnknownRightsIsRefused() {
        assertThat(execute("token", "billing")).isEqualTo(2);
        assertThat(execute("token", "billing", "users:all")).isEqualTo(2);
        assertThat(execute("token", "b i", "*")).isEqualTo(2);
        assertThat(output.toString())
                .contains("Missing required parameter")
                .contains("users:all: expected RESOURCE:read")
                .contains("b i: expected a name of 1 to 64")
                .doesNotContain("trb_");
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("tributary.properties"), text)
                .toString();
    }

    private int execute(String... arguments) {
        PrintWriter writer = new PrintWriter(output);
        return Cli.commandLine().setOut(writer).setErr(writer).execute(arguments);
    }
}
