package dev.tributary.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.ConsolePage;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.local.LocalTables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code src/docs/http.md} against a server with its configuration: its {@code curl} lines are run. */
class HttpPageTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Path PAGE = Path.of("src/docs/http.md");
    private static final String SERVER = "http://127.0.0.1:8080";

    /** A row of the page's table of problems. */
    private static final Pattern PROBLEM = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (\\d{3}) \\| [^|]+ \\|$");

    @TempDir
    Path directory;

    @Test
    void everyCommandPrintsTheLinesOfThePage() throws Exception {
        String page = Files.readString(PAGE);
        Path file = Files.writeString(directory.resolve("page.properties"), ConsolePage.block(page, "properties"));
        Settings settings = Settings.load(file, Map.of());
        LocalTables.create(settings.table(), dynamo.asyncClient());
        ItemApi api = new ItemApi(dynamo.asyncClient(), 100_000)
                .recording(new IdempotencyTable(
                        dynamo.asyncClient(), dynamo.createTable("idempotency", "id:S"), Clock.systemUTC()));
        settings.resource()
                .forEach((name, write) -> api.resource(
                        name, write, settings.table().get(write.table()).key()));
        List<ConsolePage.Command> commands = ConsolePage.commands(page);
        assertThat(commands).hasSizeGreaterThan(10);
        try (ItemApi started = api.start()) {
            for (ConsolePage.Command command : commands) {
                String printed =
                        command.run(line -> line.replace(SERVER, started.uri().toString()));
                assertThat(command.prints(printed))
                        .as("%s%n%s", command.line(), printed)
                        .isTrue();
            }
        }
    }

    @Test
    void everyProblemTypeIsOnThePageWithItsStatus() throws Exception {
        Map<String, Integer> told = PROBLEM.matcher(Files.readString(PAGE))
                .results()
                .collect(Collectors.toMap(match -> match.group(1), match -> Integer.valueOf(match.group(2))));
        assertThat(told)
                .isEqualTo(Arrays.stream(ProblemType.values())
                        .collect(Collectors.toMap(ProblemType::slug, ProblemType::status)));
    }
}
