package dev.tributary.bench;

import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Writes to a target that is far away and takes everything ({@link DistantTargetProcess}): guarded writes from memory, with
 * a fixed number of calls in flight and with one that follows the distance; then a drain, whose source is near.
 */
final class Distance {

    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(2);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);

    /** Writes, or changes of a shard, that are open at the same time. */
    private static final int OPEN = Integer.getInteger("max-in-flight", 10_000);

    private static final int ROUNDS = 3;

    private Distance() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        String milliseconds = System.getProperty("distance-ms", "100");
        int changes = Integer.getInteger("changes", 100_000);
        System.out.printf("A target %s ms away, %d open at once%n", milliseconds, OPEN);
        try (ChildProcess target =
                ChildProcess.start(DistantTargetProcess.class, List.of("-XX:+UseSerialGC"), milliseconds)) {
            String endpoint = target.await("endpoint", LONGEST_START);
            writes("guarded writes, 8 batches in flight", endpoint, changes / 5, new BatchingTable.Limits(25, 8, 64));
            for (int round = 0; round < ROUNDS; round++) {
                writes("guarded writes", endpoint, changes, BatchingTable.Limits.batchSize(25));
            }
            drain(endpoint, changes);
        }
        System.exit(0);
    }

    private static void writes(String name, String endpoint, int users, BatchingTable.Limits limits)
            throws InterruptedException {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try (Clients clients = Clients.of(URI.create(endpoint), WRITE_TIMEOUT)) {
            BatchingTable table =
                    new BatchingTable(new TargetTable(clients.writes(), Users.TARGET, Policies.USUAL), limits, timer);
            long start = System.nanoTime();
            double cpu = ChildProcess.ownCpuSeconds();
            int made = GuardedWrites.run(table, users, OPEN);
            print(name, made, System.nanoTime() - start, ChildProcess.ownCpuSeconds() - cpu);
        } finally {
            timer.shutdownNow();
        }
    }

    private static void drain(String target, int changes) throws IOException, InterruptedException {
        List<String> jvm = new ArrayList<>(Options.fromSystemProperties().replicationJvm());
        jvm.add("-Dmax-in-flight=" + OPEN);
        try (Database source = Database.start(Duration.ZERO)) {
            new Workload(1).write(changes, source.direct().control());
            try (ChildProcess replication = ChildProcess.start(
                    ReplicationProcess.class,
                    jvm,
                    source.delayedEndpoint().toString(),
                    "100",
                    Integer.toString(changes),
                    target)) {
                replication.await("half", LONGEST_DRAIN);
                long half = System.nanoTime();
                double cpu = replication.cpuSeconds();
                replication.await("ended", LONGEST_DRAIN);
                print("drain, second half", changes / 2, System.nanoTime() - half, replication.cpuSeconds() - cpu);
            }
        }
    }

    private static void print(String name, int writes, long nanos, double cpu) {
        System.out.printf("%-40s%10.0f/s%10.3f core-s per 1,000%n", name, writes / (nanos / 1e9), cpu * 1000 / writes);
    }
}
