package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.FreePort;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stops and failures before the daemon is ready. */
class StopWhileStartingIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Path DISTRIBUTION = Path.of(System.getProperty("tributary.distribution"));
    private static final int MOMENTS = 40;
    private static final Duration STEP = Duration.ofMillis(100);

    /** The default of {@code shutdown-timeout}. */
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(8);

    @TempDir
    private Path directory;

    private final List<Path> links = new ArrayList<>();

    @AfterEach
    void removeLinks() throws IOException {
        for (Path link : links) {
            Files.delete(link);
        }
    }

    /** Sends the signal after 0.1 s, 0.2 s and so on, until three daemons in a row were ready before it. */
    @Test
    void aStopSignalAtAnyMomentOfTheStartEndsTheProcessInOrder() throws Exception {
        Path configuration = configuration(dynamo.endpoint());
        int ready = 0;
        for (int moment = 0; moment < MOMENTS && ready < 3; moment++) {
            ready = wasReadyWhenStoppedAfter(STEP.multipliedBy(moment), configuration) ? ready + 1 : 0;
        }
    }

    private boolean wasReadyWhenStoppedAfter(Duration delay, Path configuration) throws Exception {
        Path classes = directory.resolve("classes-" + delay.toMillis() + ".log");
        try (DaemonProcess daemon =
                start(DISTRIBUTION, configuration, Map.of("JAVA_OPTS", "-Xlog:class+load:file=" + classes))) {
            // Not a wait: the signal has to come at a given time, whatever the process is doing.
            TimeUnit.NANOSECONDS.sleep(delay.minus(daemon.age()).toNanos());
            boolean readyBefore = daemon.output().contains("is ready");
            // The first class that is loaded after the signal handler is installed; before, the signal ends the
            // process.
            boolean handled =
                    Files.exists(classes) && Files.readString(classes).contains("dev.tributary.cli.RunCommand ");
            daemon.signal("TERM");
            int exitCode = daemon.awaitExit(SHUTDOWN_TIMEOUT);
            if (!handled && daemon.output().contains("Error occurred during initialization of VM")) {
                return false; // the exit code of Java 17 for a signal before it runs code of the program
            }
            assertThat(exitCode)
                    .as("exit code after SIGTERM at %s ms; output:\n%s", delay.toMillis(), daemon.output())
                    .isIn(handled ? List.of(0) : List.of(0, 128 + 15));
            assertThat(readyBefore || !readyAfterTheSignal(daemon.output()))
                    .as("not ready after SIGTERM at %s ms; output:\n%s", delay.toMillis(), daemon.output())
                    .isTrue();
            assertThat(daemon.output()).doesNotContain("could not be closed");
            return readyBefore;
        }
    }

    private static boolean readyAfterTheSignal(String output) {
        int signal = output.indexOf("SIGTERM: stopping");
        return signal >= 0 && output.indexOf("is ready", signal) >= 0;
    }

    @Test
    void aStopIsObeyedAtOnceWhileTheTablesAreCheckedAndDynamoDbDoesNotAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                DaemonProcess daemon = start(
                        DISTRIBUTION,
                        configuration(URI.create("http://127.0.0.1:" + silent.getLocalPort())),
                        Map.of())) {
            silent.accept(); // the first call to DynamoDB
            daemon.signal("TERM");
            assertThat(daemon.awaitExit(SHUTDOWN_TIMEOUT.dividedBy(2))).isZero();
            assertThat(daemon.output()).contains("SIGTERM: stopping").doesNotContain("is ready", "ERROR", "\tat ");
        }
    }

    @Test
    void anUnreachableDynamoDbIsOneMessageInReasonableTime() throws Exception {
        int closed = FreePort.find();
        URI nobody = URI.create("http://127.0.0.1:" + closed);
        try (DaemonProcess daemon = start(DISTRIBUTION, configuration(nobody), Map.of())) {
            assertThat(daemon.awaitExit(Duration.ofSeconds(20))).isEqualTo(1);
            assertThat(daemon.output().lines().filter(line -> line.contains(nobody.toString())))
                    .hasSize(1);
            assertThat(daemon.output()).contains("does not answer").doesNotContain("ERROR", "\tat ");
        }
    }

    /** Before KCL's threads are created, between their creation and their start, and afterwards. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev/tributary/daemon/WorkerId",
                "dev/tributary/stream/SchedulerFactory$Assembly",
                "dev/tributary/http/WriteServer"
            })
    void anErrorWhileStartingEndsTheProcessWithAMessage(String missing) throws Exception {
        Path broken = distributionWithout(missing + ".class");
        try (DaemonProcess daemon = start(broken, configuration(dynamo.endpoint()), Map.of())) {
            assertThat(daemon.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
            assertThat(daemon.output())
                    .contains("NoClassDefFoundError: " + missing)
                    .doesNotContain("is ready");
        }
    }

    /** A distribution whose jar lacks a class that is needed only after the sources are being read. */
    private Path distributionWithout(String missing) throws IOException {
        Path copy = directory.resolve("broken");
        Path libraries = Files.createDirectories(copy.resolve("lib"));
        Path scripts = Files.createDirectories(copy.resolve("bin"));
        Files.copy(DISTRIBUTION.resolve("bin/tributary"), scripts.resolve("tributary"));
        assertThat(scripts.resolve("tributary").toFile().setExecutable(true)).isTrue();
        try (Stream<Path> jars = Files.list(DISTRIBUTION.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Path here = libraries.resolve(jar.getFileName());
                if (jar.getFileName().toString().startsWith("tributary-")) {
                    Files.copy(jar, here);
                    try (FileSystem classes = FileSystems.newFileSystem(here)) {
                        Files.delete(classes.getPath(missing));
                    }
                } else {
                    links.add(Files.createSymbolicLink(here, jar.toAbsolutePath()));
                }
            }
        }
        return copy;
    }

    private Path configuration(URI endpoint) throws IOException {
        String users = dynamo.createTable("users", "email:S", true);
        return Files.writeString(directory.resolve("tributary.properties"), """
                application = %1$s
                aws.endpoint = %2$s
                aws.region = us-east-1
                http.port = 0
                admin.port = 0
                source.users.table = %1$s
                source.users.route.by-city.table = %3$s
                source.users.route.by-state.table = %4$s
                write.users.path = /
                write.users.table = %1$s
                """.formatted(
                        users,
                        endpoint,
                        dynamo.createTable("users_by_city", "state:S, city:S"),
                        dynamo.createTable("users_by_state", "state:S, email:S")));
    }

    private DaemonProcess start(Path distribution, Path configuration, Map<String, String> environment)
            throws IOException {
        Map<String, String> all = new HashMap<>(environment);
        all.put("AWS_ACCESS_KEY_ID", dynamo.credentials().resolveCredentials().accessKeyId());
        all.put("AWS_SECRET_ACCESS_KEY", "secret");
        return DaemonProcess.start(
                directory,
                all,
                List.of(distribution.resolve("bin/tributary").toString(), "run", "--config", configuration.toString()));
    }
}
