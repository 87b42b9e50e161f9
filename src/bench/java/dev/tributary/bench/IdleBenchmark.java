package dev.tributary.bench;

import static java.util.stream.Collectors.joining;

import dev.tributary.DynamoDbFront;
import dev.tributary.DynamoDbFront.Call;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.local.FreePort;
import dev.tributary.local.LocalTables;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.streams.SimulatedStream;
import dev.tributary.streams.SimulatedStreams;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a daemon takes that has many sources or shards and nothing to do: its start, its calls, CPU, threads and memory;
 * and how long a single change takes that comes after a quiet time. DynamoDB Local and the daemon have a process each.
 * All calls of the daemon pass a front that counts them.
 *
 * <p>With {@code -Dshards} there is one source with that many shards in a simulated stream, as DynamoDB Local has one shard
 * for each stream.
 */
final class IdleBenchmark {

    private static final int SHARDS = Integer.getInteger("shards", 0);
    private static final int SOURCES = SHARDS > 0 ? 1 : Integer.getInteger("sources", 50);
    private static final int ROUTES = 4;
    private static final int SAMPLES = SHARDS > 0 ? SHARDS : SOURCES;

    /** After it, pauses between reads have their full length. */
    private static final Duration QUIET = Duration.ofSeconds(18);

    private static final Duration MEASURED = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    private static final Duration STAGGER = Duration.ofMillis(100);

    private static final Pattern TARGET = Pattern.compile("target-\\d+-\\d");
    private static final Pattern MARK = Pattern.compile("mark-[a-z]+-\\d+");
    private static final Pattern TABLE = Pattern.compile("\"TableName\":\"([^\"]+)\"|\"UPDATE \\\\\"(bench[^\\\\]+)");

    private final Map<String, Long> calls = new TreeMap<>();
    private final Map<String, Long> arrivals = new ConcurrentHashMap<>();

    private final HttpClient http = HttpClient.newHttpClient();
    private Clients clients;
    private SimulatedStream stream;
    private int port;

    public static void main(String[] args) throws Exception {
        new IdleBenchmark().run();
        System.exit(0);
    }

    private void run() throws Exception {
        System.out.printf(
                "%d sources with %d routes each, %s; Java %s, %d processors%n%n",
                SOURCES,
                ROUTES,
                SHARDS > 0 ? SHARDS + " shards" : "a shard each",
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors());
        Path configuration = Files.createTempFile("tributary-bench", ".properties");
        try (ChildProcess database =
                        ChildProcess.start(DatabaseProcess.class, List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
                SimulatedStreams streams = new SimulatedStreams()) {
            URI endpoint = URI.create(database.await("endpoint", PATIENCE));
            clients = Clients.of(endpoint, Duration.ofSeconds(10));
            createTables();
            try (DynamoDbFront front = new DynamoDbFront(endpoint)) {
                front.answerAfterwards(call -> {
                    note(call);
                    return Optional.empty();
                });
                if (SHARDS > 0) {
                    stream = streams.create("source-0", SHARDS);
                    front.streamsAt(streams.endpoint(), ownArn(), stream.arn());
                }
                port = FreePort.find();
                Files.writeString(configuration, configuration(front.endpoint()));
                measure(configuration);
            }
        } finally {
            Files.delete(configuration);
        }
    }

    private void createTables() {
        Map<String, DeclaredTable> tables = new HashMap<>();
        KeySchema key = new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty());
        for (int source = 0; source < SOURCES; source++) {
            tables.put("source-" + source, new DeclaredTable(key, true, Optional.empty()));
            for (int route = 0; route < ROUTES; route++) {
                tables.put(target(source, route), new DeclaredTable(key, false, Optional.empty()));
            }
        }
        LocalTables.create(tables, clients.control());
    }

    private static String target(int source, int route) {
        return "target-" + source + "-" + route;
    }

    private String ownArn() {
        return clients.control()
                .describeTable(request -> request.tableName("source-0"))
                .join()
                .table()
                .latestStreamArn();
    }

    private String configuration(URI endpoint) {
        StringBuilder text = new StringBuilder("""
                application = bench
                aws.region = us-east-1
                aws.endpoint = %s
                log.level = warn
                http.port = %d
                admin.port = 0
                """.formatted(endpoint, port));
        for (int source = 0; source < SOURCES; source++) {
            text.append("source.s%d.table = source-%d%n".formatted(source, source));
            for (int route = 0; route < ROUTES; route++) {
                text.append("source.s%d.route.r%d.table = %s%n".formatted(source, route, target(source, route)));
            }
            text.append(
                    "write.w%d.path = /w%d%nwrite.w%d.table = source-%d%n".formatted(source, source, source, source));
        }
        return text.toString();
    }

    private void measure(Path configuration) throws Exception {
        long start = System.nanoTime();
        try (ChildProcess daemon = EndpointProcess.start(configuration, "-Xmx256m", "-Xms32m")) {
            daemon.await("  Tributary", PATIENCE);
            row("ready, s", seconds(System.nanoTime() - start));

            long put = System.nanoTime();
            forEach(sample -> put("first", sample));
            row("a change of each in every target, s", seconds(lastArrival("first", ROUTES) - put));

            if (SHARDS == 0) {
                forEach(sample -> post("warm", sample));
                lastArrival("warm", 1);
            }
            Thread.sleep(QUIET.toMillis());
            Map<String, Long> before = counted();
            double cpu = daemon.cpuSeconds();
            Thread.sleep(MEASURED.toMillis());
            row("CPU idle, % of a core", 100 * (daemon.cpuSeconds() - cpu) / MEASURED.toSeconds());
            printCalls(before, counted());
            row("threads", status(daemon, "Threads:"));
            row("resident, MB", status(daemon, "VmRSS:") / 1024.0);

            if (SHARDS == 0) {
                latencies("endpoint", "a posted change after a quiet time", sample -> post("endpoint", sample));
                Thread.sleep(QUIET.toMillis());
            }
            latencies("direct", "a change from elsewhere after a quiet time", sample -> put("direct", sample));
            row("peak resident, MB", daemon.peakRssMegabytes());
        }
    }

    private void latencies(String series, String name, IntConsumer change) throws InterruptedException {
        long[] starts = new long[SAMPLES];
        for (int sample = 0; sample < SAMPLES; sample++) {
            starts[sample] = System.nanoTime();
            change.accept(sample);
            Thread.sleep(STAGGER.toMillis());
        }
        lastArrival(series, 1);
        List<Double> millis = new ArrayList<>();
        for (int sample = 0; sample < SAMPLES; sample++) {
            millis.add((arrivals.get(key(series, sample, 0)) - starts[sample]) / 1e6);
        }
        millis.sort(null);
        row(name + ", p50, ms", millis.get(SAMPLES / 2));
        row("  p99, ms", millis.get(Math.min(SAMPLES - 1, SAMPLES * 99 / 100)));
        row("  most, ms", millis.get(SAMPLES - 1));
    }

    private static void forEach(IntConsumer change) {
        for (int sample = 0; sample < SAMPLES; sample++) {
            change.accept(sample);
        }
    }

    private void put(String series, int sample) {
        Map<String, AttributeValue> item = Map.of("id", AttributeValue.fromS(mark(series, sample)));
        if (SHARDS > 0) {
            stream.roots().get(sample).insert(item, item);
        } else {
            clients.control()
                    .putItem(request -> request.tableName("source-" + sample).item(item))
                    .join();
        }
    }

    private void post(String series, int sample) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/w" + sample))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"id\":\"" + mark(series, sample) + "\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String mark(String series, int sample) {
        return "mark-" + series + "-" + sample;
    }

    private static String key(String series, int sample, int route) {
        return target(SHARDS > 0 ? 0 : sample, route) + "/" + mark(series, sample);
    }

    /** Waits until all changes of the series are in the targets of so many routes. */
    private long lastArrival(String series, int routes) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long last = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
            for (int route = 0; route < routes; route++) {
                String key = key(series, sample, route);
                while (!arrivals.containsKey(key)) {
                    if (System.nanoTime() > end) {
                        throw new IllegalStateException(key + " did not arrive");
                    }
                    Thread.sleep(5);
                }
                last = Math.max(last, arrivals.get(key));
            }
        }
        return last;
    }

    /** Called for each call that was answered. */
    private void note(Call call) {
        long now = System.nanoTime();
        Matcher table = TABLE.matcher(call.body());
        String name = !table.find() ? "" : table.group(1) == null ? table.group(2) : table.group(1);
        boolean own = name.startsWith("bench");
        synchronized (calls) {
            calls.merge(call.operation() + (own ? " of " + kind(name) : ""), 1L, Long::sum);
        }
        Matcher target = TARGET.matcher(call.body());
        if (target.find()) {
            MARK.matcher(call.body())
                    .results()
                    .forEach(mark -> arrivals.putIfAbsent(target.group() + "/" + mark.group(), now));
        }
    }

    private static String kind(String table) {
        return List.of("dead-letters", "late-writes", "idempotency").stream()
                .filter(table::endsWith)
                .findFirst()
                .orElse("leases");
    }

    private Map<String, Long> counted() {
        synchronized (calls) {
            return Map.copyOf(calls);
        }
    }

    private static void printCalls(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Double> rates = new TreeMap<>();
        after.forEach((call, count) -> {
            double rate = (count - before.getOrDefault(call, 0L)) / (double) MEASURED.toSeconds();
            if (rate > 0) {
                rates.put(call, rate);
            }
        });
        row("calls/s", rates.values().stream().mapToDouble(Double::doubleValue).sum());
        row(
                "  of leases",
                rates.entrySet().stream()
                        .filter(entry -> entry.getKey().endsWith(" of leases"))
                        .mapToDouble(Map.Entry::getValue)
                        .sum());
        row("  GetRecords for each shard", rates.getOrDefault("GetRecords", 0.0) / SAMPLES);
        System.out.println(rates.entrySet().stream()
                .map(entry -> "    %s %.2f".formatted(entry.getKey(), entry.getValue()))
                .collect(joining(System.lineSeparator())));
    }

    private static void row(String name, double value) {
        System.out.printf("%-52s%10.2f%n", name, value);
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private static double status(ChildProcess process, String line) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(text -> text.startsWith(line))
                .mapToDouble(text -> Double.parseDouble(text.replaceAll("\\D", "")))
                .findFirst()
                .orElse(Double.NaN);
    }
}
