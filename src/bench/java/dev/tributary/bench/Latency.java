package dev.tributary.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Measures the time from the reply to a write of the source until its row is in the target, at a low rate: half inserts,
 * half modifications, of which a tenth move the target key.
 */
final class Latency {

    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final long POLL_NANOS = Duration.ofMillis(2).toNanos();

    /** Warm-up that does not count. */
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    /** Users that the drain does not have. */
    private static final int FIRST_USER = 10_000_000;

    /** Writes between the insert of a user and its only modification, so that neither overtakes the other. */
    private static final int MODIFY_AFTER = 41;

    /** In milliseconds. */
    record Result(double p50, double p99, double max, int count) {}

    private final DynamoDbClient client;

    private Latency(DynamoDbClient client) {
        this.client = client;
    }

    /** The latency of the replication, after a drain has made the database compile its code. */
    static Result replicated(Options options) throws IOException, InterruptedException {
        try (Database database = Database.start(options.delay())) {
            Drain.run(database, new Workload(options.seed()), options);
            try (ChildProcess replication = ChildProcess.start(
                    ReplicationProcess.class,
                    options.replicationJvm(),
                    database.delayedEndpoint().toString(),
                    Long.toString(options.poll().toMillis()),
                    "1")) {
                replication.await("reading", LONGEST_START);
                return new Latency(database.direct().blocking()).measure(options);
            }
        }
    }

    /** The latency of a loop that only reads the stream at the same interval and puts the images. */
    static Result bare(Options options) throws IOException, InterruptedException {
        try (Database database = Database.start(options.delay())) {
            Drain.run(database, new Workload(options.seed()), options);
            try (BareReplicator replicator = new BareReplicator(
                    database.delayed(), Users.streamArn(database.direct().control()), options.poll())) {
                replicator.start();
                return new Latency(database.direct().blocking()).measure(options);
            }
        }
    }

    private Result measure(Options options) throws InterruptedException {
        ExecutorService probes = Executors.newCachedThreadPool();
        try {
            List<Future<Double>> pending = new ArrayList<>();
            long pause = TimeUnit.SECONDS.toNanos(1) / options.latencyRate();
            int warmUp = Math.toIntExact(WARM_UP.toSeconds() * options.latencyRate());
            int count = Math.toIntExact(options.latencyTime().toSeconds() * options.latencyRate());
            long start = System.nanoTime();
            for (int write = 0; write < warmUp + count; write++) {
                parkUntil(start + write * pause);
                Map<String, AttributeValue> item = item(write);
                pending.add(probes.submit(() -> probe(item)));
            }
            List<Double> latencies = new ArrayList<>();
            for (Future<Double> probe : pending.subList(warmUp, pending.size())) {
                latencies.add(probe.get());
            }
            latencies.sort(null);
            return new Result(
                    latencies.get(count / 2), latencies.get(count * 99 / 100), latencies.get(count - 1), count);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A write was not measured", e.getCause());
        } finally {
            probes.shutdownNow();
        }
    }

    private static Map<String, AttributeValue> item(int write) {
        int modified = write - MODIFY_AFTER;
        if (write % 2 == 0 || modified < 0) {
            return Users.item(FIRST_USER + write, 0, write);
        }
        return Users.item(FIRST_USER + modified, write % 20 == 1 ? 1 : 0, write);
    }

    private double probe(Map<String, AttributeValue> item) {
        client.putItem(request -> request.tableName(Users.SOURCE).item(item));
        long answered = System.nanoTime();
        Map<String, AttributeValue> key = Map.of("state", item.get("state"), "city", item.get("city"));
        while (true) {
            AttributeValue visits = client.getItem(
                            request -> request.tableName(Users.TARGET).key(key).consistentRead(true))
                    .item()
                    .get("visits");
            long seen = System.nanoTime();
            if (item.get("visits").equals(visits)) {
                return (seen - answered) / 1e6;
            }
            if (seen - answered > LONGEST.toNanos()) {
                throw new IllegalStateException("A write was not in the target after " + LONGEST);
            }
            parkUntil(seen + POLL_NANOS);
        }
    }

    private static void parkUntil(long time) {
        for (long left = time - System.nanoTime();
                left > 0 && !Thread.currentThread().isInterrupted();
                left = time - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
