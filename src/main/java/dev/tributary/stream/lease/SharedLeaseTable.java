package dev.tributary.stream.lease;

import dev.tributary.dynamo.Calls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;

/**
 * The calls to a lease table that the sources of a process share, so that their number does not grow with the sources: scans
 * of all rows, and batches of up to 25 conditional updates. Safe for any thread.
 */
public final class SharedLeaseTable {

    /** The maximum of BatchExecuteStatement. */
    private static final int STATEMENTS = 25;

    /** Time for which an update waits for others: KCL renews all leases at once, on many threads. */
    private static final Executor SOON = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS, Runnable::run);

    private final DynamoDbAsyncClient client;
    private final String table;
    private final LongSupplier nanoTime;

    /** Updates of the next call; guarded by itself. */
    private final List<Update> waiting = new ArrayList<>();

    /** The last scan; guarded by this. */
    private @Nullable Scan last;

    /**
     * @param at start of the scan, in nanoseconds of the monotonic clock
     */
    private record Scan(List<Map<String, AttributeValue>> rows, long at) {}

    private record Update(String key, BatchStatementRequest statement, CompletableFuture<Boolean> done) {}

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public SharedLeaseTable(DynamoDbAsyncClient client, String table, LongSupplier nanoTime) {
        this.client = client;
        this.table = table;
        this.nanoTime = nanoTime;
    }

    /**
     * The rows as they were at most this long ago; with zero, at a moment after the start of this call.
     *
     * <p>Waits for DynamoDB, also for a scan that another thread has started, and throws what the SDK throws.
     */
    List<Map<String, AttributeValue>> rows(Duration atMost) {
        long oldest = nanoTime.getAsLong() - atMost.toNanos();
        synchronized (this) {
            if (last == null || last.at() - oldest < 0) {
                last = scan();
            }
            return last.rows();
        }
    }

    /** Adds rows that this process has created to the last scan, if that does not have them. */
    synchronized void created(List<Map<String, AttributeValue>> rows) {
        if (last != null && !rows.isEmpty()) {
            Map<AttributeValue, Map<String, AttributeValue>> byKey = new LinkedHashMap<>();
            Stream.concat(last.rows().stream(), rows.stream())
                    .forEach(row -> byKey.putIfAbsent(row.get(LeaseRows.KEY), row));
            last = new Scan(List.copyOf(byKey.values()), last.at());
        }
    }

    private Scan scan() {
        long now = nanoTime.getAsLong();
        return new Scan(List.copyOf(Calls.join(LeaseSnapshot.rows(client, table))), now);
    }

    /**
     * Updates a row, if the condition in the statement holds.
     *
     * @param key of the row
     * @param set the part of a PartiQL statement from {@code SET} on
     * @return completes with whether the row was certainly updated; fails if the call as a whole failed
     */
    CompletableFuture<Boolean> update(String key, String set, AttributeValue... parameters) {
        Update update = new Update(
                key,
                BatchStatementRequest.builder()
                        .statement("UPDATE \"" + table + "\" " + set)
                        .parameters(parameters)
                        .build(),
                new CompletableFuture<>());
        int position;
        synchronized (waiting) {
            waiting.add(update);
            position = waiting.size();
        }
        if (position == STATEMENTS) {
            sendWaiting();
        } else if (position == 1) {
            SOON.execute(this::sendWaiting);
        }
        return update.done();
    }

    private void sendWaiting() {
        List<Update> batch;
        synchronized (waiting) {
            batch = List.copyOf(waiting);
            waiting.clear();
        }
        List<Map<String, Update>> calls = new ArrayList<>();
        for (Update update : batch) {
            callFor(update, calls).put(update.key(), update);
        }
        calls.forEach(call -> send(List.copyOf(call.values())));
    }

    /** A call has one statement for a row at most, which the service requires. */
    private static Map<String, Update> callFor(Update update, List<Map<String, Update>> calls) {
        for (Map<String, Update> call : calls) {
            if (call.size() < STATEMENTS && !call.containsKey(update.key())) {
                return call;
            }
        }
        Map<String, Update> next = new HashMap<>();
        calls.add(next);
        return next;
    }

    private void send(List<Update> batch) {
        client.batchExecuteStatement(request ->
                        request.statements(batch.stream().map(Update::statement).toList()))
                .thenAccept(response -> complete(batch, response))
                .exceptionally(thrown -> {
                    batch.forEach(update -> update.done().completeExceptionally(thrown));
                    return null;
                });
    }

    /** A result that is missing is no success. */
    private static void complete(List<Update> batch, BatchExecuteStatementResponse response) {
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i)
                    .done()
                    .complete(i < response.responses().size()
                            && response.responses().get(i).error() == null);
        }
    }
}
