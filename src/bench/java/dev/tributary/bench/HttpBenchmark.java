package dev.tributary.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tributary.bench.HttpLoad.Rate;
import dev.tributary.local.FreePort;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Compares the write endpoint with plain calls of the SDK that write the same items into the same table at the same
 * concurrency, in alternation. DynamoDB Local and the daemon have a process each; the plain calls run in this one.
 */
final class HttpBenchmark {

    private static final int CONCURRENCY = Integer.getInteger("concurrency", 32);
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("seconds", 6));
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final int BULK = 50_000;
    private static final int BATCH = 25;
    private static final String PAYLOAD = "x".repeat(200);

    private record Round(Rate bare, Rate post, Rate keyed, double batches, double bulk) {}

    private final DynamoDbAsyncClient client;
    private final int port;
    private long items;

    private HttpBenchmark(DynamoDbAsyncClient client, int port) {
        this.client = client;
        this.port = port;
    }

    public static void main(String[] args) throws Exception {
        System.out.printf(
                "%d at once, %d rounds of %d s each; Java %s, %d processors%n%n",
                CONCURRENCY,
                ROUNDS,
                TIME.toSeconds(),
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors());
        Path configuration = Files.createTempFile("tributary-bench", ".properties");
        int port = FreePort.find();
        try (Database database = Database.start(Duration.ZERO)) {
            Files.writeString(configuration, """
                    application = bench
                    aws.region = us-east-1
                    aws.endpoint = %s
                    log.level = warn
                    http.port = %d
                    admin.port = 0
                    write.users.path = /users
                    write.users.table = %s
                    """.formatted(database.delayedEndpoint(), port, Users.SOURCE));
            try (ChildProcess daemon = EndpointProcess.start(configuration, "-Xmx512m")) {
                awaitListening(port);
                HttpBenchmark benchmark = new HttpBenchmark(database.direct().control(), port);
                benchmark.round(); // so that the code is compiled
                List<Round> rounds = new ArrayList<>();
                for (int i = 0; i < ROUNDS; i++) {
                    rounds.add(benchmark.round());
                }
                print(rounds);
                System.out.printf("%-44s%10.0f%n", "peak RSS of the daemon, MB", daemon.peakRssMegabytes());
            }
        } finally {
            Files.delete(configuration);
        }
        System.exit(0);
    }

    private static void awaitListening(int port) throws InterruptedException {
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("the daemon did not listen within " + LONGEST_START, e);
                }
                Thread.sleep(100);
            }
        }
    }

    private Round round() throws Exception {
        HttpLoad load = new HttpLoad(port);
        long first = items;
        items += 100_000_000;
        Rate bare = bare(first);
        Rate post = load.run(CONCURRENCY, TIME, request(first + 20_000_000, ""), 201);
        Rate keyed = load.run(CONCURRENCY, TIME, request(first + 40_000_000, "Idempotency-Key: %d\r\n"), 201);
        return new Round(bare, post, keyed, batches(first + 60_000_000), bulk(first + 80_000_000));
    }

    private static String document(long number) {
        return "{\"email\":\"user-%d@example.com\",\"visits\":%d,\"payload\":\"%s\"}"
                .formatted(number, number, PAYLOAD);
    }

    private static LongFunction<String> request(long first, String header) {
        return number -> {
            String body = document(first + number);
            return ("POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + "Content-Length: "
                                    + body.length() + "\r\n" + header + "\r\n")
                            .replace("%d", Long.toString(first + number))
                    + body;
        };
    }

    private static Map<String, AttributeValue> item(long number) {
        return Map.of(
                "email", AttributeValue.fromS("user-%d@example.com".formatted(number)),
                "visits", AttributeValue.fromN(Long.toString(number)),
                "payload", AttributeValue.fromS(PAYLOAD));
    }

    private Rate bare(long first) throws InterruptedException {
        Semaphore free = new Semaphore(CONCURRENCY);
        ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        long end = System.nanoTime() + TIME.toNanos();
        for (long number = first; System.nanoTime() < end; number++) {
            free.acquire();
            Map<String, AttributeValue> item = item(number);
            long start = System.nanoTime();
            client.putItem(put -> put.tableName(Users.SOURCE).item(item)).whenComplete((done, thrown) -> {
                nanos.add(System.nanoTime() - start);
                if (thrown != null) {
                    failures.add(thrown);
                }
                free.release();
            });
        }
        free.acquire(CONCURRENCY);
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a plain put failed", failures.peek());
        }
        return Rate.of(List.of(nanos.stream().mapToLong(Long::longValue).toArray()), TIME.toNanos() / 1e9);
    }

    /** Items per second with {@code BatchWriteItem}, with as many concurrent calls as a bulk request makes. */
    private double batches(long first) throws InterruptedException {
        Semaphore free = new Semaphore(8);
        List<CompletableFuture<?>> calls = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < BULK; i += BATCH) {
            free.acquire();
            List<WriteRequest> puts = IntStream.range(i, i + BATCH)
                    .mapToObj(n -> WriteRequest.builder()
                            .putRequest(
                                    PutRequest.builder().item(item(first + n)).build())
                            .build())
                    .toList();
            calls.add(client.batchWriteItem(request -> request.requestItems(Map.of(Users.SOURCE, puts)))
                    .whenComplete((done, thrown) -> free.release()));
        }
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
        return BULK / ((System.nanoTime() - start) / 1e9);
    }

    /** Items per second with one bulk request. */
    private double bulk(long first) throws IOException {
        String body = IntStream.range(0, BULK)
                .mapToObj(n -> document(first + n) + "\n")
                .collect(Collectors.joining());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            long start = System.nanoTime();
            socket.getOutputStream()
                    .write(("POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
                                    + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(US_ASCII));
            String answer = HttpLoad.readAnswer(new BufferedInputStream(socket.getInputStream()), 200);
            if (!answer.endsWith("{\"complete\":true,\"stored\":%d,\"refused\":0}\n".formatted(BULK))) {
                throw new IllegalStateException(
                        "not all items were stored: " + answer.lines().reduce("", (a, b) -> b));
            }
            return BULK / ((System.nanoTime() - start) / 1e9);
        }
    }

    private static void print(List<Round> rounds) {
        System.out.printf("%-44s%10s   %s%n", "", "median", "rounds");
        row("bare PutItem, items/s", "%.0f", rounds, round -> round.bare().perSecond());
        row("  p99, ms", "%.1f", rounds, round -> round.bare().p99());
        row("POST, requests/s", "%.0f", rounds, round -> round.post().perSecond());
        row(
                "  / bare PutItem",
                "%.2f",
                rounds,
                round -> round.post().perSecond() / round.bare().perSecond());
        row("  p50, ms", "%.1f", rounds, round -> round.post().p50());
        row("  p99, ms", "%.1f", rounds, round -> round.post().p99());
        row("POST with Idempotency-Key, requests/s", "%.0f", rounds, round -> round.keyed()
                .perSecond());
        row(
                "  / POST",
                "%.2f",
                rounds,
                round -> round.keyed().perSecond() / round.post().perSecond());
        row("  p99, ms", "%.1f", rounds, round -> round.keyed().p99());
        row("bare BatchWriteItem, items/s", "%.0f", rounds, Round::batches);
        row("POST of 50,000 lines, items/s", "%.0f", rounds, Round::bulk);
        row("  / bare BatchWriteItem", "%.2f", rounds, round -> round.bulk() / round.batches());
    }

    private static void row(String name, String format, List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] values = rounds.stream().mapToDouble(value).toArray();
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "%-44s%10s   %s%n",
                name,
                format.formatted(sorted[sorted.length / 2]),
                Arrays.stream(values).mapToObj(format::formatted).collect(Collectors.joining("  ")));
    }
}
