package dev.tributary.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.config.Configuration;
import dev.tributary.config.Settings;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.local.LocalTables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code src/docs/http.md} says what is so: its configuration is loaded, and its {@code curl} lines are run. */
class HttpPageTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Path PAGE = Path.of("src/docs/http.md");
    private static final String SERVER = "http://127.0.0.1:8080";

    /** A row of the table of problems. */
    private static final Pattern PROBLEM = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (\\d{3}) \\| [^|]+ \\|$");

    @TempDir
    Path directory;

    private record Command(String line, List<String> output) {}

    @Test
    void everyCommandPrintsWhatThePageSays() throws Exception {
        String page = Files.readString(PAGE);
        Path file = Files.writeString(directory.resolve("page.properties"), block(page, "properties"));
        Settings settings = Configuration.load(file, Map.of());
        LocalTables.create(settings.local().table(), dynamo.asyncClient());
        ItemApi api = new ItemApi(dynamo.asyncClient(), 100_000)
                .recording(new IdempotencyTable(
                        dynamo.asyncClient(), dynamo.createTable("idempotency", "id:S"), Clock.systemUTC()));
        settings.write()
                .forEach((name, write) -> api.route(
                        name, write, settings.local().table().get(write.table()).key()));
        List<Command> commands = commands(page);
        assertThat(commands).hasSizeGreaterThan(10);
        try (ItemApi started = api.start()) {
            for (Command command : commands) {
                String printed =
                        run(command.line().replace(SERVER, started.uri().toString()));
                assertThat(containsInOrder(printed.lines().toList(), command.output()))
                        .as("%s%n%s", command.line(), printed)
                        .isTrue();
            }
        }
    }

    @Test
    void everyProblemThatThereIsStandsThereWithItsStatus() throws Exception {
        Map<String, Integer> told = PROBLEM.matcher(Files.readString(PAGE))
                .results()
                .collect(Collectors.toMap(match -> match.group(1), match -> Integer.valueOf(match.group(2))));
        assertThat(told)
                .isEqualTo(Arrays.stream(ProblemType.values())
                        .collect(Collectors.toMap(ProblemType::slug, ProblemType::status)));
    }

    private static String block(String page, String language) {
        Matcher matcher = Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(page);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private static List<Command> commands(String page) {
        List<Command> commands = new ArrayList<>();
        Pattern.compile("(?s)```console\n(.*?)```").matcher(page).results().forEach(block -> {
            for (String line : block.group(1).split("\n", -1)) {
                if (line.startsWith("$ ")) {
                    commands.add(new Command(line.substring(2), new ArrayList<>()));
                } else if (!line.isEmpty()) {
                    commands.get(commands.size() - 1).output().add(line);
                }
            }
        });
        return commands;
    }

    /** Headers that the page leaves out may stand between its lines; … stands for anything. */
    private static boolean containsInOrder(List<String> lines, List<String> expected) {
        int next = 0;
        for (String line : lines) {
            if (next < expected.size() && matches(line.strip(), expected.get(next))) {
                next++;
            }
        }
        return next == expected.size();
    }

    private static boolean matches(String line, String expected) {
        return line.matches(
                Arrays.stream(expected.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".+")));
    }

    private static String run(String line) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", line.replaceFirst("^curl", "curl -sS --max-time 20"))
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return printed;
    }
}
