package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.Processes.Finished;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The parts of an installation other than the daemon: the class-data archive and the health check. */
class InstallationIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Path DISTRIBUTION = Path.of(System.getProperty("tributary.distribution"));

    @TempDir
    private Path directory;

    @Test
    @DisabledIfSystemProperty(
            named = "tributary.startup.skip",
            matches = "true",
            disabledReason = "only a build of a release, or one that runs all tests, lists the classes for the archive")
    void anArchiveMadeOnceHoldsTheClassesOfEveryLaterStart() throws Exception {
        Path home = copy(DISTRIBUTION, directory.resolve("tributary"));
        Path script = home.resolve("bin/tributary");
        Finished made = Processes.run(new ProcessBuilder(script.toString(), "archive"));
        assertThat(made.status()).as(made.output()).isZero();
        assertThat(Path.of(made.output().strip())).isRegularFile();

        Path log = directory.resolve("classes.log");
        try (Daemons daemons = new Daemons(dynamo, directory, List.of(script.toString()))) {
            EveryFeature.use(dynamo, directory, daemons, "-Xlog:class+load:file=" + log);
        }
        List<String> loaded;
        try (Stream<String> lines = Files.lines(log)) {
            loaded = lines.filter(line -> line.contains(" source: ")).toList();
        }
        assertThat(loaded).hasSizeGreaterThan(5_000);
        assertThat(loaded)
                .filteredOn(line -> line.contains("source: shared objects file"))
                .hasSizeGreaterThan(loaded.size() * 9 / 10);
    }

    @Test
    void theHealthCheckAsksWhetherTheDaemonAnswers() throws Exception {
        String users = dynamo.createTable("users", "email:S", true);
        String target = dynamo.createTable("target", "email:S");
        try (Daemons daemons = new Daemons(dynamo, directory)) {
            DaemonProcess daemon = daemons.start("""
                    application = %1$s
                    source.users.table = %1$s
                    source.users.route.copy.table = %2$s
                    """.formatted(users, target), Map.of());
            daemon.awaitReady();
            String port = Integer.toString(
                    URI.create(daemon.awaitLine("(http://\\S+/metrics)").group(1))
                            .getPort());

            Finished alive = alive(port);
            assertThat(alive.output()).isEqualTo("HTTP/1.1 200 OK\n");
            assertThat(alive.status()).isZero();

            daemon.signal("STOP");
            Finished frozen = alive(port);
            assertThat(frozen.output()).isEqualTo("no answer on port " + port + " within 4 seconds\n");
            assertThat(frozen.status()).isEqualTo(1);

            daemon.signal("CONT");
            daemon.signal("TERM");
            assertThat(daemon.awaitExit(Duration.ofSeconds(20))).isZero();
            Finished gone = alive(port);
            assertThat(gone.output()).isEqualTo("nothing listens on port " + port + "\n");
            assertThat(gone.status()).isEqualTo(1);
        }
    }

    private static Finished alive(String port) throws Exception {
        ProcessBuilder command =
                new ProcessBuilder(DISTRIBUTION.resolve("bin/tributary-alive").toString());
        command.environment().put("TRIBUTARY_ADMIN_PORT", port);
        return Processes.run(command);
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }
}
