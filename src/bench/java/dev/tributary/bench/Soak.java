package dev.tributary.bench;

import dev.tributary.local.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;

/**
 * A mixed load at a fixed rate on a daemon with a heap of 256 MB that serves requests and replicates their writes, for a
 * given time. Prints the resources of the process at intervals, then the problems found; the exit code is 1 if there are
 * any.
 */
final class Soak {

    private static final Duration TIME = Duration.ofMinutes(Integer.getInteger("minutes", 20));
    private static final Duration INTERVAL = Duration.ofSeconds(Integer.getInteger("interval-seconds", 30));
    private static final int RATE = Integer.getInteger("rate", 20);
    private static final int HEAP_MEGABYTES = 256;
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_REPLICATION = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI admin;
    private final ChildProcess daemon;
    private final Database database;
    private final SoakRequests requests;
    private final List<SoakUsage> samples = new ArrayList<>();

    private Soak(int port, int adminPort, ChildProcess daemon, Database database) {
        this.admin = URI.create("http://127.0.0.1:" + adminPort);
        this.daemon = daemon;
        this.database = database;
        this.requests = new SoakRequests(client, URI.create("http://127.0.0.1:" + port + "/users"), admin);
    }

    public static void main(String[] args) throws Exception {
        System.out.printf(
                "%d requests/s for %d minutes, -Xmx%dm; Java %s, %d processors%n%n",
                RATE,
                TIME.toMinutes(),
                HEAP_MEGABYTES,
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors());
        boolean right;
        Path configuration = Files.createTempFile("tributary-soak", ".properties");
        int port = FreePort.find();
        int adminPort = FreePort.find();
        try (Database database = Database.start(Duration.ZERO)) {
            Files.writeString(configuration, """
                    application = soak
                    aws.region = us-east-1
                    aws.endpoint = %s
                    log.level = warn
                    http.port = %d
                    admin.port = %d
                    source.users.table = %s
                    source.users.route.by-city.table = %s
                    write.users.path = /users
                    write.users.table = %s
                    """.formatted(
                            database.delayedEndpoint(), port, adminPort, Users.SOURCE, Users.TARGET, Users.SOURCE));
            try (ChildProcess daemon = EndpointProcess.start(configuration, "-Xmx" + HEAP_MEGABYTES + "m")) {
                right = new Soak(port, adminPort, daemon, database).run();
            }
        } finally {
            Files.delete(configuration);
        }
        System.exit(right ? 0 : 1);
    }

    private boolean run() throws Exception {
        awaitReady();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        long start = System.nanoTime();
        var unused = timer.scheduleAtFixedRate(requests::send, 0, 1_000_000_000L / RATE, TimeUnit.NANOSECONDS);
        try {
            System.out.printf(
                    "%8s%10s%12s%10s%12s%8s%10s%10s%10s%n",
                    "s", "sent", "unexpected", "left out", "heap, KB", "files", "threads", "RSS, MB", "core-s");
            while (System.nanoTime() - start < TIME.toNanos()) {
                Thread.sleep(INTERVAL.toMillis());
                SoakUsage usage = SoakUsage.of(daemon.pid());
                samples.add(usage);
                System.out.printf(
                        "%8d%10d%12d%10d%12d%8d%10d%10d%10.1f%n",
                        Duration.ofNanos(System.nanoTime() - start).toSeconds(),
                        requests.sent(),
                        requests.unexpected(),
                        requests.leftOut(),
                        usage.heapKilobytes(),
                        usage.files(),
                        usage.threads(),
                        usage.rssMegabytes(),
                        daemon.cpuSeconds());
            }
        } finally {
            timer.shutdownNow();
        }
        requests.awaitAnswers();
        return verdict();
    }

    private boolean verdict() throws InterruptedException {
        List<String> wrong = new ArrayList<>(SoakUsage.growth(samples));
        if (requests.unexpected() > 0) {
            wrong.add("%d of %d replies were unexpected: %s"
                    .formatted(requests.unexpected(), requests.sent(), requests.reasons()));
        }
        if (requests.leftOut() * 100 > requests.sent()) {
            wrong.add("%d requests were skipped: this machine cannot sustain the rate, so lower it"
                    .formatted(requests.leftOut()));
        }
        replicated().ifPresent(wrong::add);
        System.out.println();
        wrong.forEach(System.out::println);
        System.out.println(
                wrong.isEmpty() ? "steady: nothing grew, every reply was right, the target is complete" : "not steady");
        return wrong.isEmpty();
    }

    /** Waits until the target has a row for each item of the source; no two items have the same row. */
    private Optional<String> replicated() throws InterruptedException {
        long end = System.nanoTime() + LONGEST_REPLICATION.toNanos();
        while (true) {
            int items = count(Users.SOURCE);
            int rows = count(Users.TARGET);
            if (items == rows) {
                return Optional.empty();
            }
            if (System.nanoTime() > end) {
                return Optional.of("the target has %d rows for %d items".formatted(rows, items));
            }
            Thread.sleep(1000);
        }
    }

    private int count(String table) {
        return database
                .direct()
                .blocking()
                .scanPaginator(
                        scan -> scan.tableName(table).select(Select.COUNT).consistentRead(true))
                .stream()
                .mapToInt(ScanResponse::count)
                .sum();
    }

    private void awaitReady() throws InterruptedException {
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (true) {
            try {
                int status = client.send(
                                HttpRequest.newBuilder(admin.resolve("/health")).build(), BodyHandlers.discarding())
                        .statusCode();
                if (status == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the daemon was not ready within " + LONGEST_START);
            }
            Thread.sleep(200);
        }
    }
}
