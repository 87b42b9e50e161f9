package dev.tributary.bench;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.latewrite.LateWriteTiming;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.projection.Projection;
import dev.tributary.replication.Route;
import dev.tributary.replication.TestRoute;
import dev.tributary.stream.SourceWorker;
import dev.tributary.stream.StreamScheduler;
import dev.tributary.stream.TestSource;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.stream.read.ReaderThreads;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The unchanged replication alone in a process, until standard input is closed.
 *
 * <p>Prints {@code started}; then {@code first}, {@code half} and {@code ended} when this part of the backlog has ended,
 * each with the milliseconds since the start and the number of failed attempts to write; and {@code reading} when it has
 * read the stream.
 */
final class ReplicationProcess {

    private static final LeaseTimings TIMINGS = new LeaseTimings(Duration.ofSeconds(10));
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
    private static final int MAX_IN_FLIGHT = Integer.getInteger("max-in-flight", 1000);

    private ReplicationProcess() {}

    /** Prints the progress of the backlog; run by the timer. */
    private static final class Progress implements Runnable {
        private final MeterRegistry registry;
        private final int backlog;
        private final long start = System.nanoTime();
        private int told;

        private Progress(MeterRegistry registry, int backlog) {
            this.registry = registry;
            this.backlog = backlog;
        }

        @Override
        public void run() {
            double ended = count("tributary.changes");
            tell(0, "first", ended >= 1);
            tell(1, "half", ended >= backlog / 2.0);
            tell(2, "ended", ended >= backlog);
        }

        private double count(String meter) {
            return registry.find(meter).counters().stream()
                    .mapToDouble(Counter::count)
                    .sum();
        }

        private void tell(int step, String word, boolean reached) {
            if (reached && told == step) {
                told++;
                System.out.printf(
                        "%s %d %.0f%n",
                        word, (System.nanoTime() - start) / 1_000_000, count("tributary.write.failures"));
            }
        }
    }

    /**
     * Arguments: endpoint, poll interval in milliseconds, changes in the backlog, and the endpoint of the target if that is
     * another.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Duration poll = Duration.ofMillis(Long.parseLong(args[1]));
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
        try (Clients clients = Clients.of(URI.create(args[0]), TIMINGS.writeTimeout());
                Clients target = Clients.of(URI.create(args.length > 3 ? args[3] : args[0]), TIMINGS.writeTimeout())) {
            TestRoute route = Users.ROW_KB == 0
                    ? TestRoute.to(Users.TARGET).excluding(Users.PAYLOAD)
                    : TestRoute.to(Users.TARGET);
            MeterRegistry registry = new SimpleMeterRegistry();
            String stream = Users.streamArn(clients.control());
            SourceWorker.Shared shared = new SourceWorker.Shared(
                    "benchmark",
                    Set.of(),
                    TIMINGS,
                    Runtime.getRuntime().maxMemory() / 4,
                    LONGEST_STOP,
                    timer,
                    new ReaderThreads(Executors.newCachedThreadPool(), timer),
                    registry,
                    new Health(),
                    Clock.systemUTC(),
                    ReplicationProcess::end);
            SourceWorker worker = new SourceWorker(
                    "users",
                    "users",
                    new TestSource(
                                    Users.SOURCE,
                                    poll,
                                    poll,
                                    Duration.ofSeconds(1),
                                    MAX_IN_FLIGHT,
                                    GapPolicy.STOP,
                                    Map.of("by-city", route.settings()))
                            .settings(),
                    List.of(new Route(
                            "users.by-city",
                            "table of " + "users.by-city",
                            new Projection(route.projection(), Users.TARGET_KEY),
                            new BatchingTable(
                                    new TargetTable(target.writes(), Users.TARGET, Policies.USUAL),
                                    BatchingTable.Limits.batchSize(
                                            Integer.getInteger("batch-size", BatchingTable.MAX_BATCH)),
                                    timer),
                            new ParkedItemIndex(
                                    new DeadLetterTable(clients.control(), "dead-letters", Duration.ofSeconds(1)),
                                    "users.by-city",
                                    Clock.systemUTC()))),
                    lateWrites(clients, timer, registry),
                    (mark, end) -> {},
                    new StreamScheduler(clients.control(), System.getProperty("leases", "benchmark-leases"), shared),
                    () -> Optional.of(stream),
                    clients.streams(),
                    shared);
            System.out.println("started");
            timer.scheduleAtFixedRate(new Progress(registry, Integer.parseInt(args[2])), 0, 5, TimeUnit.MILLISECONDS);
            worker.start();
            if (worker.awaitReading(LONGEST_START)) {
                System.out.println("reading");
            }
            while (System.in.read() >= 0) {
                // Input is ignored; its end is the signal to stop.
            }
            worker.stop(LONGEST_STOP);
        }
        System.exit(0);
    }

    private static void end(Throwable failure) {
        System.err.println("The replication gave up: " + failure);
        Runtime.getRuntime().halt(1);
    }

    private static LateWrites lateWrites(Clients clients, ScheduledExecutorService timer, MeterRegistry registry) {
        new TableControl(clients.control(), "late-writes")
                .create(TableDefinition.of(LateWriteTable.KEY))
                .join();
        return LateWrites.ofDaemon(
                new LateWriteTable(clients.control(), "late-writes", Duration.ofSeconds(1)),
                "users",
                UUID.randomUUID().toString(),
                new LateWriteTiming(Duration.ofMinutes(15)),
                Clock.systemUTC(),
                timer,
                registry);
    }
}
