package dev.tributary.bench;

import static dev.tributary.bench.VerifiedUsers.SOURCE;
import static dev.tributary.bench.VerifiedUsers.SOURCE_KEY;
import static dev.tributary.bench.VerifiedUsers.TARGET;
import static dev.tributary.bench.VerifiedUsers.TARGET_KEY;

import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Findings;
import dev.tributary.jobs.verify.Verification;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.jobs.verify.VerifiedRoute;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.projection.Projection;
import dev.tributary.projection.ProjectionSettings;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.replication.CatchUp;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Brings a table to empty targets, with a backfill and with bare scans and writes, and verifies a target that is right, beside
 * bare scans of both tables, in turns, against one DynamoDB Local. Prints the time of each, and how much of the speed of the
 * bare calls a job has.
 *
 * <p>{@code -Drounds=0} shows that the heap suffices for many rows: it runs the jobs alone, once, the verification against
 * {@link ManyUsersProcess}.
 */
final class JobsBenchmark {

    /** Of the scans of jobs and of bare scans. */
    static final int SEGMENTS = 4;

    private static final int BATCH = 25;
    private static final int PARALLEL_BATCHES = 16;
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);

    private JobsBenchmark() {}

    public static void main(String[] args) throws Exception {
        int rows = Integer.getInteger("rows", 50_000);
        int rounds = Integer.getInteger("rounds", 3);
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
        if (rounds == 0) {
            verifyMany(rows, timer);
            backfillMany(rows, timer);
        } else {
            compare(rows, rounds, timer);
        }
        timer.shutdownNow();
        System.exit(0);
    }

    private static void verifyMany(int rows, ScheduledExecutorService timer) throws Exception {
        try (ChildProcess tables =
                        ChildProcess.start(ManyUsersProcess.class, List.of("-Xmx256m"), Integer.toString(rows));
                Clients clients = Clients.of(URI.create(tables.await("endpoint", LONGEST_START)), WRITE_TIMEOUT)) {
            double verification = seconds(() -> verify(clients.control(), timer, rows));
            System.out.printf("%d rows: verification %.0f s%n", rows, verification);
            printHeap();
        }
    }

    private static void backfillMany(int rows, ScheduledExecutorService timer) throws Exception {
        try (Database database = Database.start(Duration.ZERO)) {
            fill(database.direct().control(), SOURCE, SOURCE_KEY, rows, VerifiedUsers::item);
            BackfillBenchmark backfills = new BackfillBenchmark(database.direct(), timer, SOURCE, projection());
            System.out.printf("%d rows: backfill %.0f s%n", rows, seconds(() -> backfill(backfills, rows)));
            printHeap();
        }
    }

    private static void compare(int rows, int rounds, ScheduledExecutorService timer) throws Exception {
        try (Database database = Database.start(Duration.ZERO)) {
            DynamoDbAsyncClient client = database.direct().control();
            fill(client, SOURCE, SOURCE_KEY, rows, VerifiedUsers::item);
            fill(client, TARGET, TARGET_KEY, rows, VerifiedUsers::row);
            compare(rows, rounds, new BackfillBenchmark(database.direct(), timer, SOURCE, projection()), client, timer);
            printHeap();
        }
    }

    private static void printHeap() {
        Runtime memory = Runtime.getRuntime();
        System.out.printf(
                "largest heap %d MB, in use now %d MB%n",
                memory.maxMemory() >> 20, (memory.totalMemory() - memory.freeMemory()) >> 20);
    }

    private static void compare(
            int rows,
            int rounds,
            BackfillBenchmark backfills,
            DynamoDbAsyncClient client,
            ScheduledExecutorService timer)
            throws Exception {
        List<Double> filling = new ArrayList<>();
        List<Double> verifying = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            double puts = seconds(() -> backfills.puts(backfills.target(TARGET_KEY)));
            double batches = seconds(() -> backfills.batches(backfills.target(TARGET_KEY)));
            double backfill = seconds(() -> backfill(backfills, rows));
            double scans = seconds(() -> {
                scan(client, TARGET);
                scan(client, SOURCE);
            });
            double verification = seconds(() -> verify(client, timer, rows));
            if (round > 0) { // in the first, everything is compiled
                filling.add(puts / backfill);
                verifying.add(scans / verification);
                System.out.printf(
                        "%d rows: bare scan and puts %.2f s, and batches %.2f s; backfill %.2f s: %.0f %% of the puts' speed%n",
                        rows, puts, batches, backfill, 100 * puts / backfill);
                System.out.printf(
                        "%d rows: two bare scans %.2f s; verification %.2f s: %.0f %% of their speed%n",
                        rows, scans, verification, 100 * scans / verification);
            }
        }
        filling.sort(null);
        verifying.sort(null);
        System.out.printf(
                "medians: backfill %.0f %%, verification %.0f %%%n",
                100 * filling.get(filling.size() / 2), 100 * verifying.get(verifying.size() / 2));
    }

    private static void backfill(BackfillBenchmark backfills, int rows) throws Exception {
        int written = backfills.backfill(backfills.target(TARGET_KEY), SOURCE_KEY);
        if (written != rows) {
            throw new IllegalStateException("a backfill wrote " + written + " rows");
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static double seconds(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static void scan(DynamoDbAsyncClient client, String table) {
        List<CompletableFuture<Void>> segments = new ArrayList<>();
        for (int i = 0; i < SEGMENTS; i++) {
            int segment = i;
            segments.add(client.scanPaginator(
                            request -> request.tableName(table).segment(segment).totalSegments(SEGMENTS))
                    .subscribe(page -> {}));
        }
        CompletableFuture.allOf(segments.toArray(CompletableFuture[]::new)).join();
    }

    private static Projection projection() {
        return new Projection(
                new ProjectionSettings(
                        Optional.empty(), Optional.empty(), Map.of(), DeletePolicy.HARD, MissingKeyPolicy.DROP_ROW),
                TARGET_KEY);
    }

    private static void verify(DynamoDbAsyncClient client, ScheduledExecutorService timer, int rows) {
        Verification verification = new Verification(
                new VerifiedRoute(
                        "users.by-city", "users", SOURCE_KEY, projection(), false, Optional.empty(), Set.of()),
                new Verification.Tables(client, SOURCE, client, TARGET),
                Verification.maxRows(8, rows),
                Position.start(SEGMENTS),
                new PacedCalls(UnitRateLimiter.unlimited(), timer),
                () -> CompletableFuture.completedFuture(CatchUp.Result.CAUGHT_UP),
                new Findings() {
                    @Override
                    public CompletableFuture<Boolean> isParked(ItemKey item) {
                        return CompletableFuture.completedFuture(false);
                    }

                    @Override
                    public CompletableFuture<List<Difference>> found(List<Difference> differences) {
                        return CompletableFuture.completedFuture(differences);
                    }
                },
                Clock.systemUTC());
        verification.all().join();
        if (verification.counts().faults() > 0 || verification.counts().items() != rows) {
            throw new IllegalStateException(
                    "a target that is right has " + verification.counts().faults() + " faults");
        }
    }

    private static void fill(
            DynamoDbAsyncClient client,
            String table,
            KeySchema key,
            int rows,
            IntFunction<Map<String, AttributeValue>> item) {
        new TableControl(client, table).create(TableDefinition.of(key)).join();
        List<CompletableFuture<?>> running = new ArrayList<>();
        for (int from = 0; from < rows; from += BATCH) {
            List<WriteRequest> batch = IntStream.range(from, Math.min(rows, from + BATCH))
                    .mapToObj(number -> WriteRequest.builder()
                            .putRequest(PutRequest.builder()
                                    .item(item.apply(number))
                                    .build())
                            .build())
                    .toList();
            running.add(client.batchWriteItem(request -> request.requestItems(Map.of(table, batch))));
            if (running.size() >= PARALLEL_BATCHES) {
                running.forEach(CompletableFuture::join);
                running.clear();
            }
        }
        running.forEach(CompletableFuture::join);
    }
}
