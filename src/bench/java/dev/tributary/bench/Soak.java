package dev.tributary.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A mixed load at a fixed rate on a daemon with a heap of 256 MB that takes requests and replicates what they write, for
 * a bounded time. Prints at intervals what the process holds: what grows from line to line is kept for ever.
 */
final class Soak {

    private static final Duration TIME = Duration.ofMinutes(Integer.getInteger("minutes", 20));
    private static final Duration INTERVAL = Duration.ofSeconds(Integer.getInteger("interval-seconds", 30));
    private static final int RATE = Integer.getInteger("rate", 50);
    private static final int HEAP_MEGABYTES = 256;
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Items that requests choose from, so that the table stays as large. */
    private static final int ITEMS = 5000;

    /** Requests without an answer; further ones are left out, and counted. */
    private static final int OPEN = 200;

    private static final int LINES = 50;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI users;
    private final URI admin;
    private final ChildProcess daemon;
    private final Semaphore open = new Semaphore(OPEN);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong expected = new AtomicLong();
    private final AtomicLong unexpected = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();

    private Soak(int port, int adminPort, ChildProcess daemon) {
        this.users = URI.create("http://127.0.0.1:" + port + "/users");
        this.admin = URI.create("http://127.0.0.1:" + adminPort);
        this.daemon = daemon;
    }

    public static void main(String[] args) throws Exception {
        System.out.printf(
                "%d requests/s for %d minutes, -Xmx%dm; Java %s, %d processors%n%n",
                RATE,
                TIME.toMinutes(),
                HEAP_MEGABYTES,
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors());
        Path configuration = Files.createTempFile("tributary-soak", ".properties");
        int port = freePort();
        int adminPort = freePort();
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
            try (ChildProcess daemon = ChildProcess.start(
                    EndpointProcess.class,
                    List.of(
                            "-Xmx" + HEAP_MEGABYTES + "m",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Daws.accessKeyId=local",
                            "-Daws.secretAccessKey=local"),
                    configuration.toString())) {
                new Soak(port, adminPort, daemon).run();
            }
        } finally {
            Files.delete(configuration);
        }
        System.exit(0);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void run() throws Exception {
        awaitReady();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        long start = System.nanoTime();
        var unused = timer.scheduleAtFixedRate(this::send, 0, 1_000_000_000L / RATE, TimeUnit.NANOSECONDS);
        try {
            System.out.printf(
                    "%8s%10s%12s%10s%12s%8s%10s%10s%10s%n",
                    "s", "sent", "unexpected", "left out", "heap, KB", "files", "threads", "RSS, MB", "core-s");
            while (System.nanoTime() - start < TIME.toNanos()) {
                Thread.sleep(INTERVAL.toMillis());
                System.out.printf(
                        "%8d%10d%12d%10d%12d%8d%10d%10d%10.1f%n",
                        Duration.ofNanos(System.nanoTime() - start).toSeconds(),
                        sent.get(),
                        unexpected.get(),
                        leftOut.get(),
                        heapKilobytes(),
                        descriptors(),
                        status("Threads:"),
                        status("VmRSS:") / 1024,
                        daemon.cpuSeconds());
            }
        } finally {
            timer.shutdownNow();
        }
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
                // It does not listen yet.
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the daemon was not ready within " + LONGEST_START);
            }
            Thread.sleep(200);
        }
    }

    private record Planned(HttpRequest request, List<Integer> statuses) {}

    private void send() {
        if (!open.tryAcquire()) {
            leftOut.incrementAndGet();
            return;
        }
        Planned planned = plan(sent.getAndIncrement());
        var unused = client.sendAsync(planned.request(), BodyHandlers.discarding())
                .whenComplete((HttpResponse<Void> response, Throwable failure) -> {
                    open.release();
                    boolean asPlanned = failure == null && planned.statuses().contains(response.statusCode());
                    (asPlanned ? expected : unexpected).incrementAndGet();
                });
    }

    /** The kinds in turn: of a hundred, 40 posts, 20 puts, 20 reads, and 20 of what is rarer. */
    private Planned plan(long number) {
        int user = Math.floorMod(number * 2_654_435_761L, ITEMS);
        int kind = (int) (number % 100);
        String item = "/users/" + user + "%40example.com";
        if (kind < 40) {
            return new Planned(post(document(user, number)).build(), List.of(201));
        }
        if (kind < 60) {
            return new Planned(
                    json(item)
                            .PUT(BodyPublishers.ofString(document(user, number)))
                            .build(),
                    List.of(201, 204));
        }
        if (kind < 80) {
            return new Planned(request(item).GET().build(), List.of(200, 404));
        }
        if (kind < 85) {
            return new Planned(request(item).DELETE().build(), List.of(204));
        }
        if (kind < 93) {
            return new Planned(
                    post(document(user, number))
                            .header("Idempotency-Key", "k" + number)
                            .build(),
                    List.of(201));
        }
        if (kind < 94) {
            String lines = IntStream.range(0, LINES)
                    .mapToObj(n -> document((user + n) % ITEMS, number) + "\n")
                    .collect(Collectors.joining());
            return new Planned(
                    request("/users")
                            .header("Content-Type", "application/x-ndjson")
                            .POST(BodyPublishers.ofString(lines))
                            .build(),
                    List.of(200));
        }
        if (kind < 97) {
            return new Planned(post("{\"email\":" + number + "}").build(), List.of(422));
        }
        if (kind < 98) {
            return new Planned(request("/nowhere/" + number).GET().build(), List.of(404, 405));
        }
        return new Planned(
                HttpRequest.newBuilder(admin.resolve(kind < 99 ? "/health" : "/metrics"))
                        .timeout(PATIENCE)
                        .build(),
                List.of(200));
    }

    /** Every write moves the user to another city, and so the row in the target. */
    private static String document(int user, long number) {
        return "{\"email\":\"%d@example.com\",\"state\":\"state-%d\",\"city\":\"city-%d-%d\",\"visits\":%d,\"payload\":\"%s\"}"
                .formatted(user, user % 50, user, number % 7, number, "x".repeat(200));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(users.resolve(path)).timeout(PATIENCE);
    }

    private HttpRequest.Builder json(String path) {
        return request(path).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder post(String document) {
        return json("/users").POST(BodyPublishers.ofString(document));
    }

    /** In use after a full collection, which the question makes. */
    private long heapKilobytes() throws Exception {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(daemon.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
        Matcher total = Pattern.compile("(?m)^Total +\\d+ +(\\d+)").matcher(histogram);
        return total.find() ? Long.parseLong(total.group(1)) / 1024 : -1;
    }

    private long descriptors() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(daemon.pid()), "fd"))) {
            return descriptors.count();
        }
    }

    private long status(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(daemon.pid()), "status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(-1);
    }
}
