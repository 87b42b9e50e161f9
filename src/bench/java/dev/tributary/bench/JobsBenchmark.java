package dev.tributary.bench;

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
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.projection.Projection;
import dev.tributary.projection.ProjectionSettings;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.replication.CatchUp;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Brings a table to empty targets, with a backfill and with bare scans and writes, and verifies a target that is right, beside
 * bare scans of both tables, in turns, against one DynamoDB Local. Prints the time of each, and how much of the speed of the
 * bare calls a job has. {@code -Drounds=0} runs the jobs alone, once, to show that the heap suffices for many rows.
 */
final class JobsBenchmark {

    /** Of the scans of jobs and of bare scans. */
    static final int SEGMENTS = 4;

    private static final int BATCH = 25;
    private static final int PARALLEL_BATCHES = 16;
    private static final KeySchema SOURCE_KEY = KeySchema.parse("email:S");
    private static final KeySchema TARGET_KEY = KeySchema.parse("city:S, email:S");
    private static final String SOURCE = "verify_users";
    private static final String TARGET = "verify_by_city";

    private JobsBenchmark() {}

    public static void main(String[] args) throws Exception {
        int rows = Integer.getInteger("rows", 50_000);
        int rounds = Integer.getInteger("rounds", 3);
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
        try (Database database = Database.start(Duration.ZERO)) {
            DynamoDbAsyncClient client = database.direct().control();
            new TableControl(client, SOURCE)
                    .create(TableDefinition.of(SOURCE_KEY))
                    .join();
            new TableControl(client, TARGET)
                    .create(TableDefinition.of(TARGET_KEY))
                    .join();
            fill(client, rows);
            BackfillBenchmark backfills = new BackfillBenchmark(database.direct(), timer, SOURCE, projection());
            if (rounds == 0) {
                double backfill = seconds(() -> backfill(backfills, rows));
                double verification = seconds(() -> verify(client, timer, rows));
                System.out.printf("%d rows: backfill %.0f s, verification %.0f s%n", rows, backfill, verification);
            } else {
                compare(rows, rounds, backfills, client, timer);
            }
            Runtime memory = Runtime.getRuntime();
            System.out.printf(
                    "largest heap %d MB, in use now %d MB%n",
                    memory.maxMemory() >> 20, (memory.totalMemory() - memory.freeMemory()) >> 20);
        } finally {
            timer.shutdownNow();
        }
        System.exit(0);
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

    private static void fill(DynamoDbAsyncClient client, int rows) {
        List<CompletableFuture<?>> running = new ArrayList<>();
        for (int from = 0; from < rows; from += BATCH) {
            List<WriteRequest> items = new ArrayList<>();
            List<WriteRequest> copies = new ArrayList<>();
            for (int i = from; i < Math.min(rows, from + BATCH); i++) {
                Map<String, AttributeValue> item = new HashMap<>();
                item.put("email", AttributeValue.fromS("user" + i + "@example.com"));
                item.put("city", AttributeValue.fromS("city" + i % 1_000));
                item.put("name", AttributeValue.fromS("x".repeat(100)));
                item.put("visits", AttributeValue.fromN(Integer.toString(i)));
                items.add(put(item));
                Map<String, AttributeValue> row = new HashMap<>(item);
                ItemKey owner = ItemKey.of(
                        "users",
                        SOURCE_KEY.keyOf(new dev.tributary.model.Item(item)).attributes());
                row.put(
                        VersionStamp.ATTRIBUTE,
                        AttributeValue.fromM(Map.of(
                                "o", AttributeValue.fromS(owner.encoded()),
                                "v",
                                        AttributeValue.fromS(
                                                Version.of("2026", "1").encoded()),
                                "t", AttributeValue.fromN("0"))));
                copies.add(put(row));
            }
            running.add(client.batchWriteItem(request -> request.requestItems(Map.of(SOURCE, items))));
            running.add(client.batchWriteItem(request -> request.requestItems(Map.of(TARGET, copies))));
            if (running.size() >= PARALLEL_BATCHES) {
                running.forEach(CompletableFuture::join);
                running.clear();
            }
        }
        running.forEach(CompletableFuture::join);
    }

    private static WriteRequest put(Map<String, AttributeValue> item) {
        return WriteRequest.builder()
                .putRequest(PutRequest.builder().item(item).build())
                .build();
    }
}
