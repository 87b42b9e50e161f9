package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A daemon that uses every feature once: TLS to DynamoDB, a keyed write, its replication, metrics, a clean stop, and the
 * service manager told of both ends.
 */
final class EveryFeature {

    /** File with the metrics of the daemon. */
    static final String SCRAPE = "metrics.txt";

    private EveryFeature() {}

    /**
     * Starts a daemon, uses it and stops it.
     *
     * @param jvmOptions of its JVM
     */
    static void use(LocalDynamoDb dynamo, Path directory, Daemons daemons, String jvmOptions) throws Exception {
        String users = dynamo.createTable("users", "email:S", true);
        String byCity = dynamo.createTable("users_by_city", "state:S, city:S");
        try (TlsFront front = new TlsFront(dynamo.endpoint(), directory)) {
            Map<String, String> environment = Map.of(
                    "TRIBUTARY_AWS_ENDPOINT",
                    front.endpoint().toString(),
                    "JDK_JAVA_OPTIONS",
                    jvmOptions + " " + front.javaOptions(),
                    "NOTIFY_SOCKET",
                    "/run/systemd/notify",
                    "WATCHDOG_USEC",
                    "3000000",
                    "PATH",
                    notifier(directory) + File.pathSeparator + System.getenv("PATH"));
            DaemonProcess daemon = daemons.start("""
                    application = %1$s
                    log.format = json
                    source.users.table = %1$s
                    source.users.route.by-city.table = %2$s
                    write.users.path = /
                    write.users.table = %1$s
                    http.rate = 1000
                    """.formatted(users, byCity), environment);
            daemon.awaitReady();
            HttpClient http = HttpClient.newHttpClient();
            HttpRequest post = HttpRequest.newBuilder(daemon.writes())
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", "once")
                    .POST(BodyPublishers.ofString("{\"email\":\"a@example.com\",\"state\":\"Utah\",\"city\":\"Moab\"}"))
                    .build();
            assertThat(http.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> dynamo.client()
                                    .scan(request -> request.tableName(byCity))
                                    .count()
                            == 1);
            URI metrics = URI.create(daemon.awaitLine("(http://\\S+/metrics)").group(1));
            http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofFile(directory.resolve(SCRAPE)));
            daemon.signal("TERM");
            assertThat(daemon.awaitExit(Duration.ofSeconds(20))).isZero();
            assertThat(daemon.output()).doesNotContain("NoClassDefFoundError", "ClassNotFoundException");
            await().untilAsserted(() -> assertThat(directory.resolve("notified"))
                    .content()
                    .matches("--ready --status=ready\n(WATCHDOG=1\n)+STOPPING=1 --status=stopping\n(WATCHDOG=1\n)*"));
        }
    }

    /** The directory of a program that stands for systemd's: it writes its arguments to a file. */
    private static Path notifier(Path directory) throws IOException {
        Path programs = Files.createDirectories(directory.resolve("programs"));
        Path program = Files.writeString(
                programs.resolve("systemd-notify"),
                "#!/bin/sh\necho \"$@\" >>'" + directory.resolve("notified") + "'\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return programs;
    }
}
