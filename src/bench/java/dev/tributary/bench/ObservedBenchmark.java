package dev.tributary.bench;

import dev.tributary.bench.HttpLoad.Rate;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.local.FreePort;
import dev.tributary.local.LocalTables;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares the throughput of a daemon with everything that observes it and without, for requests that put items, until their
 * rows are in the target. One daemon takes turns, because two with equal settings differ more (by about 5 %) than
 * what is measured. The order of the turns alternates, so that drift cancels out.
 */
final class ObservedBenchmark {

    private static final int CONCURRENCY = Integer.getInteger("concurrency", 32);
    private static final int WARM_UP = 4;
    private static final int ROUNDS = Integer.getInteger("rounds", 6);
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("seconds", 10));
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(2);
    private static final Duration SCRAPES = Duration.ofSeconds(1);
    private static final String TRACE = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";

    /** With any outcome: a write that was given up may have taken effect, and its repetition is superseded then. */
    private static final Pattern ENDED = Pattern.compile("(?m)^tributary_changes_total\\{.*} ([0-9.E]+)$");

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /**
     * One turn of the daemon.
     *
     * @param perSecond items per second, from the first request to the last row
     * @param cpu core-seconds of the daemon for 1,000 items
     */
    private record Turn(double perSecond, double cpu) {}

    private record Pair(Turn on, Turn off) {
        double throughput() {
            return on.perSecond() / off.perSecond();
        }

        double cpu() {
            return on.cpu() / off.cpu();
        }
    }

    /** A daemon with a source and a target; {@link #observe} turns on what can be turned off. */
    private static final class Observed implements AutoCloseable {

        private final Database database;
        private final ChildProcess process;
        private final HttpLoad load;
        private final URI admin;
        private final ScheduledExecutorService scrapes = Executors.newSingleThreadScheduledExecutor();
        private volatile boolean observed = true;
        private long items;

        private Observed(Path directory) throws Exception {
            this.database = Database.start(Duration.ZERO);
            DeclaredTable table = new DeclaredTable(
                    new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                    true,
                    Optional.empty());
            LocalTables.create(
                    Map.of("people", table, "copies", table), database.direct().control());
            int port = FreePort.find();
            int adminPort = FreePort.find();
            Path configuration = Files.writeString(directory.resolve("observed.properties"), """
                    application = observed
                    aws.region = us-east-1
                    aws.endpoint = %s
                    http.port = %d
                    http.access-log = true
                    admin.port = %d
                    log.format = json
                    log.metrics = 10s
                    source.people.table = people
                    source.people.route.copy.table = copies
                    write.people.path = /people
                    write.people.table = people
                    """.formatted(
                            database.delayedEndpoint(), port, adminPort));
            this.process = EndpointProcess.start(configuration, "-Xmx512m");
            this.load = new HttpLoad(port);
            this.admin = URI.create("http://127.0.0.1:" + adminPort);
            awaitReady();
            scrapes.scheduleAtFixedRate(this::scrape, 0, SCRAPES.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void awaitReady() throws InterruptedException {
            long end = System.nanoTime() + LONGEST_START.toNanos();
            while (!get("/health/ready").startsWith("{\"status\":\"READY\"")) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("the daemon was not ready within " + LONGEST_START);
                }
                Thread.sleep(100);
            }
        }

        /** The body of a reply; empty without one. */
        private String get(String path) throws InterruptedException {
            try {
                return HTTP.send(
                                HttpRequest.newBuilder(admin.resolve(path))
                                        .timeout(Duration.ofSeconds(5))
                                        .build(),
                                BodyHandlers.ofString())
                        .body();
            } catch (IOException e) {
                return "";
            }
        }

        /** Reads what scrapers and supervisors read. */
        private void scrape() {
            if (!observed) {
                return;
            }
            try {
                for (String path : List.of("/metrics", "/health", "/health/live", "/health/ready")) {
                    get(path);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void observe(boolean on) throws IOException {
            process.send(on ? "INFO" : "WARN");
            observed = on;
        }

        private Turn turn() throws Exception {
            double cpu = process.cpuSeconds();
            long start = System.nanoTime();
            Rate rate = load.run(CONCURRENCY, TIME, this::request, 201);
            long sent = Math.round(rate.perSecond() * TIME.toMillis() / 1000.0);
            items += sent;
            while (ended() < items) {
                if (System.nanoTime() - start > LONGEST_DRAIN.toNanos()) {
                    throw new IllegalStateException("%.0f of %d items arrived".formatted(ended(), items));
                }
                Thread.sleep(20);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Turn(sent / seconds, (process.cpuSeconds() - cpu) / (sent / 1000.0));
        }

        private String request(long number) {
            String body = "{\"email\":\"user-%d@example.com\",\"visits\":%d}".formatted(number, number);
            return "POST /people HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + (observed ? TRACE : "") + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        }

        private double ended() throws InterruptedException {
            return ENDED.matcher(get("/metrics"))
                    .results()
                    .map((MatchResult line) -> line.group(1))
                    .mapToDouble(Double::parseDouble)
                    .sum();
        }

        @Override
        public void close() throws IOException {
            scrapes.shutdownNow();
            process.close();
            database.close();
        }
    }

    private ObservedBenchmark() {}

    public static void main(String[] args) throws Exception {
        System.out.printf(
                "%d at once, %d pairs of turns of %d s each; Java %s, %d processors%n%n",
                CONCURRENCY,
                ROUNDS,
                TIME.toSeconds(),
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors());
        Path directory = Files.createTempDirectory("tributary-bench");
        List<Pair> pairs = new ArrayList<>();
        try (Observed daemon = new Observed(directory)) {
            for (int i = 0; i < WARM_UP; i++) {
                pair(daemon, i % 2 == 0); // so that the code is compiled
            }
            for (int i = 0; i < ROUNDS; i++) {
                pairs.add(pair(daemon, i % 2 == 0));
            }
        }
        print(pairs);
        System.exit(0);
    }

    private static Pair pair(Observed daemon, boolean onFirst) throws Exception {
        daemon.observe(onFirst);
        Turn first = daemon.turn();
        daemon.observe(!onFirst);
        Turn second = daemon.turn();
        return onFirst ? new Pair(first, second) : new Pair(second, first);
    }

    private static void print(List<Pair> pairs) {
        System.out.printf("%-44s%10s   %s%n", "", "mean", "pairs");
        row("observed, items/s", "%.0f", pairs, pair -> pair.on().perSecond());
        row("plain, items/s", "%.0f", pairs, pair -> pair.off().perSecond());
        row("  observed / plain", "%.3f", pairs, Pair::throughput);
        row("core-s per 1,000 items, observed", "%.3f", pairs, pair -> pair.on().cpu());
        row("core-s per 1,000 items, plain", "%.3f", pairs, pair -> pair.off().cpu());
        row("  observed / plain", "%.3f", pairs, Pair::cpu);
    }

    /** The mean is the geometric one, so that that of a ratio is the ratio of the means. */
    private static void row(String name, String format, List<Pair> pairs, ToDoubleFunction<Pair> value) {
        double[] values = pairs.stream().mapToDouble(value).toArray();
        double mean = Math.exp(Arrays.stream(values).map(Math::log).average().orElseThrow());
        System.out.printf(
                "%-44s%10s   %s%n",
                name,
                format.formatted(mean),
                Arrays.stream(values).mapToObj(format::formatted).collect(Collectors.joining("  ")));
    }
}
