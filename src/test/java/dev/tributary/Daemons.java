package dev.tributary;

import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Daemons of the distribution on the test's DynamoDB Local; closing kills all of them. */
final class Daemons implements AutoCloseable {

    private final LocalDynamoDb dynamo;
    private final Path directory;
    private final List<String> command;
    private final List<DaemonProcess> started = new ArrayList<>();

    Daemons(LocalDynamoDb dynamo, Path directory) {
        this(
                dynamo,
                directory,
                List.of(Path.of(System.getProperty("tributary.distribution"), "bin", "tributary")
                        .toString()));
    }

    /**
     * @param command that starts Tributary, without arguments
     */
    Daemons(LocalDynamoDb dynamo, Path directory, List<String> command) {
        this.dynamo = dynamo;
        this.directory = directory;
        this.command = command;
    }

    /** Starts a daemon without waiting until it is ready. */
    DaemonProcess start(String configuration, Map<String, String> environment) throws IOException {
        Path file = Files.writeString(configuration(started.size()), """
                aws.endpoint = %s
                aws.region = us-east-1
                http.port = 0
                admin.port = 0
                """.formatted(dynamo.endpoint()) + configuration);
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(credentials());
        List<String> run = new ArrayList<>(command);
        run.addAll(List.of("run", "--config", file.toString()));
        DaemonProcess daemon = DaemonProcess.start(directory, all, run);
        started.add(daemon);
        return daemon;
    }

    /** The configuration of a daemon, by the order in which they were started. */
    Path configuration(int index) {
        return directory.resolve("tributary-" + index + ".properties");
    }

    /** The variables with which a process sees the tables of this test. */
    Map<String, String> credentials() {
        return Map.of(
                "AWS_ACCESS_KEY_ID",
                dynamo.credentials().resolveCredentials().accessKeyId(),
                "AWS_SECRET_ACCESS_KEY",
                "secret");
    }

    @Override
    public void close() {
        started.forEach(DaemonProcess::close);
    }
}
