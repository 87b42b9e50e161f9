package dev.tributary.bench;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.jobs.backfill.Backfill;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillPlan.Kind;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.jobs.reconcile.JobRoute;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.jobs.reconcile.ReconcileTiming;
import dev.tributary.jobs.reconcile.Reconciler;
import dev.tributary.jobs.reconcile.RowRepair;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.model.KeySchema;
import dev.tributary.projection.Projection;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.ExactWrites;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Brings the items of a table to empty targets: with a backfill, and with a bare parallel scan and bare writes. */
record BackfillBenchmark(Clients clients, ScheduledExecutorService timer, String source, Projection projection) {

    private static final int BATCH = 25;
    private static final int IN_FLIGHT = 64;
    private static final Duration CALL = Duration.ofSeconds(10);

    /** Creates an empty target. */
    String target(KeySchema key) {
        String table = "copy-" + UUID.randomUUID();
        create(table, key);
        return table;
    }

    private void create(String table, KeySchema key) {
        new TableControl(clients.control(), table)
                .create(TableDefinition.of(key))
                .join();
    }

    /** A scan with {@code PutItem} for each item, 64 in flight, without conditions. */
    void puts(String target) throws InterruptedException {
        Semaphore free = new Semaphore(IN_FLIGHT);
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        scan(item -> {
            free.acquireUninterruptibly();
            clients.control().putItem(put -> put.tableName(target).item(item)).whenComplete((done, thrown) -> {
                free.release();
                if (thrown != null) {
                    failures.add(thrown);
                }
            });
        });
        free.acquire(IN_FLIGHT);
        check(failures);
    }

    /** A scan with {@code BatchWriteItem} of 25 items, 16 in flight: the ceiling of the table. */
    void batches(String target) throws InterruptedException {
        Semaphore free = new Semaphore(IN_FLIGHT / 4);
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<WriteRequest> batch = new ArrayList<>();
        scan(item -> {
            List<WriteRequest> full;
            synchronized (batch) {
                batch.add(WriteRequest.builder()
                        .putRequest(PutRequest.builder().item(item).build())
                        .build());
                if (batch.size() < BATCH) {
                    return;
                }
                full = List.copyOf(batch);
                batch.clear();
            }
            free.acquireUninterruptibly();
            clients.control()
                    .batchWriteItem(write -> write.requestItems(Map.of(target, full)))
                    .whenComplete((done, thrown) -> {
                        free.release();
                        if (thrown != null) {
                            failures.add(thrown);
                        }
                    });
        });
        free.acquire(IN_FLIGHT / 4);
        check(failures);
    }

    private static void check(ConcurrentLinkedQueue<Throwable> failures) {
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.size() + " writes failed", failures.peek());
        }
    }

    private interface Visitor {
        void visit(Map<String, AttributeValue> item);
    }

    private void scan(Visitor visitor) {
        DynamoDbAsyncClient client = clients.control();
        List<CompletableFuture<Void>> segments = new ArrayList<>();
        for (int i = 0; i < JobsBenchmark.SEGMENTS; i++) {
            int segment = i;
            // On other threads than the client's, which complete the writes.
            segments.add(CompletableFuture.runAsync(() -> {
                Map<String, AttributeValue> after = Map.of();
                do {
                    Map<String, AttributeValue> from = after;
                    var page = client.scan(request -> request.tableName(source)
                                    .segment(segment)
                                    .totalSegments(JobsBenchmark.SEGMENTS)
                                    .limit(1000)
                                    .exclusiveStartKey(from.isEmpty() ? null : from))
                            .join();
                    page.items().forEach(visitor::visit);
                    after = page.lastEvaluatedKey();
                } while (!after.isEmpty());
            }));
        }
        CompletableFuture.allOf(segments.toArray(CompletableFuture[]::new)).join();
    }

    /** A backfill without limits; returns the number of rows that it wrote. */
    int backfill(String target, KeySchema sourceKey) {
        String jobs = "jobs-" + UUID.randomUUID();
        String locks = "locks-" + UUID.randomUUID();
        create(jobs, JobTable.KEY);
        create(locks, DeadLetterTable.KEY);
        JobTable table = new JobTable(clients.control(), jobs, CALL);
        JobLock lock = new DeadLetterTable(clients.control(), locks, CALL)
                .lock("users.copy", new JobLock.Timing(CALL.multipliedBy(3), CALL, System::nanoTime, timer), "bench");
        lock.take(holder -> {}).join();
        JobRoute route = new JobRoute(
                "users.copy",
                "users",
                clients.control(),
                source,
                sourceKey,
                projection,
                false,
                clients.control(),
                target,
                new BatchingTable(
                        new TargetTable(clients.writes(), target, Policies.USUAL),
                        BatchingTable.Limits.batchSize(BATCH),
                        timer),
                new ExactWrites(clients.writes(), target));
        JobLimits limits = JobLimits.none(timer);
        ReconcileTiming timing = new ReconcileTiming(
                Duration.ofSeconds(30), Duration.ofMinutes(15), Clock.systemUTC(), System::nanoTime);
        Reconciler reconciler =
                new Reconciler(route, table, "bench", lock, "2026-11-21T00:00:00.000", limits, timing, timer);
        Backfill backfill = new Backfill(
                route,
                new TargetStates(table, "users.copy", target),
                reconciler,
                new RowRepair(reconciler, removal -> CompletableFuture.completedFuture(null)),
                limits.reads(),
                lock,
                BackfillPlan.all(Kind.FILL, projection.shape(), "", JobsBenchmark.SEGMENTS),
                timing);
        backfill.run().join();
        return backfill.result().written();
    }
}
