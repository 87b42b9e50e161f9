package dev.tributary.bench;

import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.local.FreePort;
import dev.tributary.local.LocalTables;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Measures the distribution with its class-data archive: from the start script to the first row in a target, where tables and
 * leases exist; a stop without open changes; and commands with and without tables. DynamoDB Local runs in a separate process.
 * Prints medians of {@code -Drounds}.
 */
final class StartBenchmark {

    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TARGET = "copies";

    private final Path script = Path.of(System.getProperty("tributary.distribution"), "bin", "tributary");
    private final Path configuration = Files.createTempFile("tributary-bench", ".properties");
    private final int port = FreePort.find();
    private Clients clients;

    private StartBenchmark() throws IOException {}

    public static void main(String[] args) throws Exception {
        new StartBenchmark().run();
        System.exit(0);
    }

    private void run() throws Exception {
        System.out.printf(
                "medians of %d; Java %s, %d processors%n%n",
                ROUNDS, Runtime.version().feature(), Runtime.getRuntime().availableProcessors());
        try (ChildProcess database = ChildProcess.start(DatabaseProcess.class, List.of("-Xmx1g"))) {
            URI endpoint = URI.create(database.await("endpoint", PATIENCE));
            clients = Clients.of(endpoint, Duration.ofSeconds(10));
            KeySchema key = new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty());
            LocalTables.create(
                    Map.of(
                            "items",
                            new DeclaredTable(key, true, Optional.empty()),
                            TARGET,
                            new DeclaredTable(key, false, Optional.empty())),
                    clients.control());
            Files.writeString(configuration, """
                    application = bench
                    aws.region = us-east-1
                    aws.endpoint = %s
                    admin.port = 0
                    http.port = %d
                    log.level = warn
                    source.items.table = items
                    source.items.route.copy.table = %s
                    write.items.path = /items
                    write.items.table = items
                    """.formatted(endpoint, port, TARGET));
            if (start("archive").waitFor() != 0) {
                throw new IllegalStateException("the distribution must be built with the Maven profile release");
            }
            measureDaemon();
            measure("version", "--version");
            measure("help", "help");
            measure("check without tables", "check", "--offline", "--config", configuration.toString());
            measure("check", "check", "--config", configuration.toString());
            measure("status", "status", "--config", configuration.toString());
            measure("gaps", "gaps", "--config", configuration.toString());
        } finally {
            Files.delete(configuration);
        }
    }

    private void measureDaemon() throws Exception {
        List<Double> starts = new ArrayList<>();
        List<Double> cpus = new ArrayList<>();
        List<Double> stops = new ArrayList<>();
        for (int round = 0; round <= ROUNDS; round++) {
            String id = "item-" + round;
            Map<String, AttributeValue> item = Map.of("id", AttributeValue.fromS(id));
            clients.control()
                    .putItem(request -> request.tableName("items").item(item))
                    .join();
            long begin = System.nanoTime();
            Process daemon = start("run", "--config", configuration.toString());
            try {
                awaitRow(item, begin);
                double started = seconds(begin);
                double cpu = ChildProcess.cpuSeconds(daemon);
                awaitReady();
                long stop = System.nanoTime();
                daemon.destroy();
                if (!daemon.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the daemon did not stop within " + PATIENCE);
                }
                if (round > 0) { // the first one creates its tables
                    starts.add(started);
                    cpus.add(cpu);
                    stops.add(seconds(stop));
                }
            } finally {
                daemon.destroyForcibly();
            }
        }
        print("start to the first row", starts);
        print("    core-seconds until then", cpus);
        print("stop", stops);
    }

    /** A new row for each start: the position in the stream outlives the process. */
    private void awaitRow(Map<String, AttributeValue> key, long begin) throws InterruptedException {
        while (!clients.blocking()
                .getItem(request -> request.tableName(TARGET).key(key).consistentRead(true))
                .hasItem()) {
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IllegalStateException("no row within " + PATIENCE);
            }
            Thread.sleep(20);
        }
    }

    /** The port answers: the start is over. */
    private void awaitReady() throws InterruptedException {
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                Thread.sleep(10);
            }
        }
    }

    private void measure(String name, String... arguments) throws Exception {
        List<Double> times = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            Process process = start(arguments);
            // 1 is a finding, such as that no worker runs.
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() > 1) {
                throw new IllegalStateException(Arrays.toString(arguments) + " did not end with 0 or 1");
            }
            times.add(seconds(begin));
        }
        print(name, times);
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .putAll(Map.of(
                        "AWS_EC2_METADATA_DISABLED", "true",
                        "AWS_ACCESS_KEY_ID", "local",
                        "AWS_SECRET_ACCESS_KEY", "local"));
        return builder.start();
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static void print(String name, List<Double> times) {
        times.sort(null);
        System.out.printf(
                "%-40s%6.2f s (%.2f to %.2f)%n",
                name, times.get(times.size() / 2), times.get(0), times.get(times.size() - 1));
    }
}
