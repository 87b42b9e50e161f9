package dev.tributary.ingest;

import dev.tributary.model.Failures;
import dev.tributary.model.ItemSize;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Sends puts without a condition together, as DynamoDB has it with {@code BatchWriteItem}; everything else by itself.
 *
 * <p>A put goes at once while few calls are under way, and else, when one ends, with what has come meanwhile: no put waits
 * for a batch to fill. Writes of one item must come one after the other has ended, because those of one call have no
 * order. Safe for any thread.
 */
final class BatchDelivery implements Delivery {

    /** Puts that DynamoDB takes in one call. */
    private static final int MAX_PUTS = 25;

    /** So that a call ends within its time also where items are large; one item may be larger. */
    private static final long MAX_BYTES = 256 * 1024;

    private static final int CALLS_AT_ONCE = 8;

    /** Between calls for what DynamoDB left undone: with full jitter, as it advises. */
    private static final BackoffStrategy BACKOFF =
            BackoffStrategy.exponentialDelay(Duration.ofMillis(50), Duration.ofSeconds(1));

    private final DynamoDbAsyncClient client;
    private final Delivery plain;
    private final Deque<Put> waiting = new ArrayDeque<>();
    private int calls;

    /** A put, how often it was left undone, and until when it may be tried, by {@link System#nanoTime()}. */
    private record Put(
            ItemWrite write, WriteResult result, CompletableFuture<Outcome> done, long deadline, int attempts) {

        private Put later() {
            return new Put(write, result, done, deadline, attempts + 1);
        }

        private Duration left() {
            return Duration.ofNanos(deadline - System.nanoTime());
        }

        private boolean isOver() {
            return deadline - System.nanoTime() <= 0;
        }
    }

    BatchDelivery(DynamoDbAsyncClient client, Delivery plain) {
        this.client = client;
        this.plain = plain;
    }

    /** Whether a write shares a call with others. */
    static boolean takes(ItemWrite write) {
        return write.kind() == ItemWrite.Kind.PUT && write.condition().isEmpty();
    }

    @Override
    public CompletableFuture<Outcome> deliver(ItemWrite write, WriteResult result, Duration timeout) {
        if (!takes(write)) {
            return plain.deliver(write, result, timeout);
        }
        Put put = new Put(write, result, new CompletableFuture<>(), System.nanoTime() + timeout.toNanos(), 1);
        submit(put);
        return put.done();
    }

    private void submit(Put put) {
        synchronized (waiting) {
            waiting.add(put);
        }
        sendWaiting();
    }

    private void sendWaiting() {
        for (List<Put> call = next(); !call.isEmpty(); call = next()) {
            send(call).whenComplete((done, thrown) -> {
                synchronized (waiting) {
                    calls--;
                }
                sendWaiting();
            });
        }
    }

    private List<Put> next() {
        List<Put> call = new ArrayList<>();
        synchronized (waiting) {
            long bytes = 0;
            while (calls < CALLS_AT_ONCE && call.size() < MAX_PUTS && !waiting.isEmpty()) {
                bytes += ItemSize.of(waiting.getFirst().write().attributes());
                if (bytes > MAX_BYTES && !call.isEmpty()) {
                    break;
                }
                call.add(waiting.removeFirst());
            }
            if (!call.isEmpty()) {
                calls++;
            }
        }
        return call;
    }

    private CompletableFuture<?> send(List<Put> puts) {
        List<Put> live = new ArrayList<>();
        for (Put put : puts) {
            if (put.isOver()) {
                put.done().completeExceptionally(throttled());
            } else {
                live.add(put);
            }
        }
        if (live.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        String table = live.get(0).write().table();
        // Each has waited for its turn for another time: one that has little left must not cut the others short.
        Duration left = Collections.max(live.stream().map(Put::left).toList());
        BatchWriteItemRequest request = BatchWriteItemRequest.builder()
                .requestItems(
                        Map.of(table, live.stream().map(BatchDelivery::request).toList()))
                .overrideConfiguration(call -> call.apiCallTimeout(left))
                .build();
        return client.batchWriteItem(request).handle((response, thrown) -> {
            if (thrown == null) {
                answered(live, undone(response, table));
            } else {
                failed(live, thrown);
            }
            return null;
        });
    }

    private static WriteRequest request(Put put) {
        return WriteRequest.builder()
                .putRequest(item -> item.item(put.write().attributes()))
                .build();
    }

    private static Set<Map<String, AttributeValue>> undone(BatchWriteItemResponse response, String table) {
        Set<Map<String, AttributeValue>> undone = new HashSet<>();
        response.unprocessedItems()
                .getOrDefault(table, List.of())
                .forEach(request -> undone.add(request.putRequest().item()));
        return undone;
    }

    private void answered(List<Put> sent, Set<Map<String, AttributeValue>> undone) {
        for (Put put : sent) {
            if (!undone.contains(put.write().attributes())) {
                put.done().complete(new Outcome.Done());
            } else {
                Duration delay = BACKOFF.computeDelay(put.attempts());
                Executor later = CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS);
                later.execute(() -> submit(put.later()));
            }
        }
    }

    /** Where DynamoDB refuses a call as a whole, it does not say for which item: each is told its own reason. */
    private void failed(List<Put> sent, Throwable thrown) {
        boolean refused = sent.size() > 1
                && Failures.unwrap(thrown) instanceof AwsServiceException service
                && service.statusCode() == 400
                && !service.isThrottlingException();
        for (Put put : sent) {
            if (!refused || put.isOver()) {
                put.done().completeExceptionally(thrown);
                continue;
            }
            plain.deliver(put.write(), put.result(), put.left()).whenComplete((outcome, alone) -> {
                if (alone == null) {
                    put.done().complete(outcome);
                } else {
                    put.done().completeExceptionally(alone);
                }
            });
        }
    }

    /** What DynamoDB would have said, had it been one put. */
    private static AwsServiceException throttled() {
        return ProvisionedThroughputExceededException.builder()
                .message("left undone by every call in its time")
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ProvisionedThroughputExceededException")
                        .errorMessage("left undone by every call in its time")
                        .build())
                .build();
    }
}
