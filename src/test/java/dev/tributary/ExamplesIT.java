package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.ConsolePage.Command;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Starts each daemon of {@code config/examples/README.md} and runs the commands that follow it. */
class ExamplesIT {

    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final Path EXAMPLES = PROJECT.resolve("config/examples");

    /** A resource whose table is the target of a route. */
    private static final Pattern TARGET = Pattern.compile("/(users-by-city|archive|sessions-by-user|leaderboard)[/?]");

    private DaemonProcess daemon;

    record Example(String title, String text) {

        /** Command that starts the daemon. */
        String start() {
            return ConsolePage.block(text, "").strip();
        }

        @Override
        public String toString() {
            return title;
        }
    }

    static Stream<Example> examples() throws IOException {
        String page = Files.readString(EXAMPLES.resolve("README.md"));
        return Arrays.stream(page.split("\n## "))
                .skip(1)
                .map(text -> new Example(text.lines().findFirst().orElseThrow(), text));
    }

    @AfterEach
    void end() {
        if (daemon != null) {
            daemon.close();
        }
    }

    @Test
    void thePageHasEveryExample() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            assertThat(examples().map(Example::start))
                    .containsExactlyInAnyOrderElementsOf(files.map(Path::getFileName)
                            .map(Path::toString)
                            .filter(name -> name.endsWith(".properties"))
                            .map(name -> "./mvnw compile exec:java -Dconfig=config/examples/" + name)
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyCommandPrintsWhatThePageSays(Example example) throws Exception {
        start(example, Map.of());
        List<Command> commands = ConsolePage.commands(example.text());
        assertThat(commands).hasSizeGreaterThan(4);
        for (Command command : commands) {
            if (readsBehindTheStream(command)) {
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertPrints(command));
            } else {
                assertPrints(command);
            }
        }
    }

    @Test
    void aSessionThatIsNotUsedLeavesTheListOfItsUser() throws Exception {
        Example sessions = examples()
                .filter(example -> example.title().equals("Sessions"))
                .findFirst()
                .orElseThrow();
        start(sessions, Map.of("TRIBUTARY_WRITE_SESSIONS_REFRESHED_EXPIRES", "now+6s"));
        List<Command> commands = ConsolePage.commands(sessions.text());
        assertPrints(commands.get(0));
        Command list = commands.stream()
                .filter(ExamplesIT::readsBehindTheStream)
                .findFirst()
                .orElseThrow();
        assertListHas(list, 1);
        assertListHas(list, 0);
    }

    private void assertListHas(Command list, int count) {
        String items = count == 0 ? "{\"items\":[]}" : "{\"items\":[{\"user\":\"ada\",\"id\":\"…\"}]}";
        Command counting = new Command(list.line(), List.of(items));
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertPrints(counting));
    }

    private void assertPrints(Command command) throws Exception {
        URI writes = daemon.writes();
        String printed = command.run(line -> line.replace(
                "http://127.0.0.1:8080", writes.resolve("/").toString().replaceFirst("/$", "")));
        assertThat(command.prints(printed))
                .as("%s%n%s", command.line(), printed)
                .isTrue();
    }

    private static boolean readsBehindTheStream(Command command) {
        return TARGET.matcher(command.line()).find();
    }

    private void start(Example example, Map<String, String> settings) throws Exception {
        Map<String, String> environment = new HashMap<>(settings);
        List.of("LOCAL", "HTTP", "ADMIN").forEach(listener -> environment.put("TRIBUTARY_" + listener + "_PORT", "0"));
        daemon = DaemonProcess.start(PROJECT, environment, List.of("sh", "-c", "exec " + example.start()));
        daemon.awaitReady();
    }
}
