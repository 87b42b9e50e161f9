package dev.tributary.bench;

import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The highest rates of the stream and the target in the database of a drain, for a client without order, checkpoints and
 * leases. Only the last ceiling has guards.
 */
final class Ceilings {

    private static final int BATCH = 25;

    /** Keeps calls with large rows far below the 16 MB that the service accepts. */
    private static final int MAX_BATCH_KB = 1024;

    private static final List<Integer> CONCURRENCIES = List.of(16, 32, 64, 128);

    /** At one concurrency. */
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(2);

    /** Guarded writes at the same time. */
    private static final int UNDER_WAY = 1000;

    private static final Duration LONGEST_READ = Duration.ofSeconds(30);

    /**
     * @param perSecond records or rows per second
     * @param concurrency with the highest rate; 1 for reads
     * @param cpu core-seconds of this process for 1,000 of them
     * @param databaseCpu the same of DynamoDB Local
     */
    record Rate(double perSecond, int concurrency, double cpu, double databaseCpu) {}

    /** Counts from its creation. */
    private final class Stopwatch {
        private final double cpu = ChildProcess.ownCpuSeconds();
        private final double databaseCpu = database.cpuSeconds();
        private final long start = System.nanoTime();

        boolean over(Duration limit) {
            return System.nanoTime() - start > limit.toNanos();
        }

        Rate rate(int count, int concurrency) {
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Rate(
                    count / seconds,
                    concurrency,
                    (ChildProcess.ownCpuSeconds() - cpu) * 1000 / count,
                    (database.cpuSeconds() - databaseCpu) * 1000 / count);
        }
    }

    /** Reading the stream, writing the rows of the target, and {@link GuardedWrites}. */
    record Result(Rate getRecords, Rate putItem, Rate batchWriteItem, Rate guarded) {}

    private final Database database;
    private int tables;

    private Ceilings(Database database) {
        this.database = database;
    }

    static Result run(Database database, int changes) throws InterruptedException {
        return new Ceilings(database).run(changes);
    }

    private Result run(int changes) throws InterruptedException {
        Rate read = read(
                database.delayed().streams(), Users.streamArn(database.direct().control()), changes);
        List<Map<String, AttributeValue>> rows = database
                .direct()
                .blocking()
                .scanPaginator(request -> request.tableName(Users.TARGET).consistentRead(true))
                .items()
                .stream()
                .toList();
        int batchSize = Users.ROW_KB == 0 ? BATCH : Math.max(1, Math.min(BATCH, MAX_BATCH_KB / Users.ROW_KB));
        List<List<WriteRequest>> batches = IntStream.range(0, rows.size() / batchSize)
                .mapToObj(batch -> rows.subList(batch * batchSize, (batch + 1) * batchSize).stream()
                        .map(row -> WriteRequest.builder()
                                .putRequest(PutRequest.builder().item(row).build())
                                .build())
                        .toList())
                .toList();
        DynamoDbAsyncClient client = database.delayed().writes();
        Rate put = best(
                rows.size(),
                1,
                CONCURRENCIES,
                table -> row ->
                        client.putItem(request -> request.tableName(table).item(rows.get(row))));
        Rate batch = best(
                batches.size(),
                batchSize,
                CONCURRENCIES,
                table ->
                        next -> client.batchWriteItem(request -> request.requestItems(Map.of(table, batches.get(next))))
                                .thenAccept(response -> {
                                    if (!response.unprocessedItems().isEmpty()) {
                                        throw new IllegalStateException("DynamoDB Local returned unprocessed writes");
                                    }
                                }));
        return new Result(read, put, batch, guarded(client, changes));
    }

    /** The second of two runs; in the first, this process compiles its code. */
    private Rate guarded(DynamoDbAsyncClient client, int changes) throws InterruptedException {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            Rate rate = new Rate(0, 0, 0, 0);
            for (int run = 0; run < 2; run++) {
                String table = emptyTable();
                Stopwatch stopwatch = new Stopwatch();
                BatchingTable target = new BatchingTable(
                        new TargetTable(client, table, Policies.USUAL),
                        BatchingTable.Limits.batchSize(BatchingTable.MAX_BATCH),
                        timer);
                rate = stopwatch.rate(GuardedWrites.run(target, changes * 6 / 10, UNDER_WAY), 1);
            }
            return rate;
        } finally {
            timer.shutdownNow();
        }
    }

    private String emptyTable() {
        String table = "ceiling-" + tables++;
        Users.createTarget(table, database.direct().control());
        return table;
    }

    private Rate read(DynamoDbStreamsClient client, String streamArn, int changes) {
        Stopwatch stopwatch = new Stopwatch();
        int records = 0;
        for (var shard : client.describeStream(request -> request.streamArn(streamArn))
                .streamDescription()
                .shards()) {
            String iterator = client.getShardIterator(request -> request.streamArn(streamArn)
                            .shardId(shard.shardId())
                            .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            while (iterator != null && records < changes) {
                String current = iterator;
                GetRecordsResponse response = client.getRecords(
                        request -> request.shardIterator(current).limit(1000));
                records += response.records().size();
                iterator = response.nextShardIterator();
                if (stopwatch.over(LONGEST_READ)) {
                    throw new IllegalStateException("The stream gave only %d of %d records within %s"
                            .formatted(records, changes, LONGEST_READ));
                }
            }
        }
        return stopwatch.rate(records, 1);
    }

    /** The highest rate of all concurrencies, each on an empty table. */
    private Rate best(
            int calls,
            int rowsPerCall,
            List<Integer> concurrencies,
            Function<String, IntFunction<CompletableFuture<?>>> calling)
            throws InterruptedException {
        Rate best = new Rate(0, 0, 0, 0);
        for (int concurrency : concurrencies) {
            String table = emptyTable();
            Rate rate = write(calls, rowsPerCall, concurrency, calling.apply(table));
            if (rate.perSecond() > best.perSecond()) {
                best = rate;
            }
            database.direct()
                    .control()
                    .deleteTable(request -> request.tableName(table))
                    .join();
        }
        return best;
    }

    /** Makes calls until all are made or the time is over. */
    private Rate write(int calls, int rowsPerCall, int concurrency, IntFunction<CompletableFuture<?>> call)
            throws InterruptedException {
        Semaphore free = new Semaphore(concurrency);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Stopwatch stopwatch = new Stopwatch();
        int made = 0;
        while (made < calls && !stopwatch.over(LONGEST_WRITE)) {
            free.acquire();
            call.apply(made++).whenComplete((done, thrown) -> {
                if (thrown != null) {
                    failure.set(thrown);
                }
                free.release();
            });
        }
        free.acquire(concurrency);
        if (failure.get() != null) {
            throw new IllegalStateException("A ceiling's write failed", failure.get());
        }
        return stopwatch.rate(made * rowsPerCall, concurrency);
    }
}
