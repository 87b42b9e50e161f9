package dev.tributary.daemon.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.cli.Cli;
import dev.tributary.daemon.Daemon;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A daemon in this process and the commands beside it, each behind a front that records their calls. */
final class RunningProgram {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

    private final DynamoDbFront daemonCalls;
    private final DynamoDbFront commandCalls;
    private final Path ofDaemon;
    private final Path ofCommands;
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Daemon daemon;
    private URI uri = URI.create("http://127.0.0.1");

    RunningProgram(LocalDynamoDb dynamo, Path directory, String configuration) throws IOException {
        this.daemonCalls = new DynamoDbFront(dynamo.endpoint());
        this.commandCalls = new DynamoDbFront(dynamo.endpoint());
        this.ofDaemon = file(directory.resolve("daemon.properties"), configuration, daemonCalls);
        this.ofCommands = file(directory.resolve("commands.properties"), configuration, commandCalls);
    }

    DynamoDbFront daemonCalls() {
        return daemonCalls;
    }

    DynamoDbFront commandCalls() {
        return commandCalls;
    }

    void start() throws Exception {
        Daemon started = new Daemon(Settings.load(ofDaemon, Map.of()), fatal -> {
            throw new AssertionError(fatal);
        });
        daemon = started;
        started.start();
        assertThat(started.awaitReading(LONG)).isTrue();
        Matcher address = ADDRESS.matcher(started.banner(true));
        assertThat(address.find()).isTrue();
        uri = URI.create(address.group());
    }

    void stop() throws InterruptedException {
        if (daemon != null) {
            daemon.stop();
            daemon = null;
        }
    }

    /** Sends a request to the daemon; a body of several lines has a document in each. */
    void send(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri.resolve(path)).method(method, BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", body.endsWith("\n") ? "application/x-ndjson" : "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        assertThat(response.statusCode())
                .as(() -> method + " " + path + "\n" + response.body())
                .isIn(200, 201, 202, 204, 404);
    }

    /** Runs a command, which has to succeed. Safe for any thread. */
    void command(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--config", ofCommands.toString()));
        StringWriter printed = new StringWriter();
        var command = Cli.commandLine();
        command.setOut(new PrintWriter(printed));
        command.setErr(new PrintWriter(printed));
        assertThat(command.execute(all.toArray(String[]::new)))
                .as(() -> all + "\n" + printed)
                .isIn(0, 1);
    }

    void awaitUse(DynamoDbFront calls, String resource, String action) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(UsedActions.of(calls.passed()).getOrDefault(resource, new TreeSet<>()))
                        .as(resource)
                        .contains(action));
    }

    private static Path file(Path file, String configuration, DynamoDbFront calls) throws IOException {
        return Files.writeString(file, configuration + "aws.endpoint = " + calls.endpoint() + "\n");
    }

    void close() throws InterruptedException {
        stop();
        daemonCalls.close();
        commandCalls.close();
    }
}
