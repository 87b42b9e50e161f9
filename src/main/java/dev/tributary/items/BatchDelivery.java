package dev.tributary.items;

import dev.tributary.model.Failures;
import dev.tributary.model.ItemSize;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
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

    /** For a call that has to be made although the time is nearly over. */
    private static final Duration AT_LEAST = Duration.ofMillis(1);

    private final DynamoDbAsyncClient client;
    private final Delivery plain;
    private final List<String> keyNames;
    private final Deque<Put> waiting = new ArrayDeque<>();
    private final ConcurrencyLimiter calls = new ConcurrencyLimiter(CALLS_AT_ONCE);

    /** A put, how often it was left undone, and until when it may be tried, by {@link System#nanoTime()}. */
    private record Put(
            ItemWrite write, WriteResult result, CompletableFuture<Outcome> done, long deadline, int attempts) {

        private Put later() {
            return new Put(write, result, done, deadline, attempts + 1);
        }

        /** More than 0, as a call needs, also where time runs out after it was looked at. */
        private Duration left() {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            return left.compareTo(AT_LEAST) < 0 ? AT_LEAST : left;
        }

        private boolean isOver() {
            return deadline - System.nanoTime() <= 0;
        }
    }

    /** @param keyNames key attributes of the tables that are written to */
    BatchDelivery(DynamoDbAsyncClient client, Delivery plain, List<String> keyNames) {
        this.client = client;
        this.plain = plain;
        this.keyNames = List.copyOf(keyNames);
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
        calls.take(this::sendNext);
    }

    /** Sends what waits, which may be nothing: a call before this one has taken it along. */
    private CompletableFuture<Void> sendNext() {
        List<Put> puts = next();
        puts.stream().filter(Put::isOver).forEach(put -> put.done().completeExceptionally(throttled()));
        List<Put> live = puts.stream().filter(put -> !put.done().isDone()).toList();
        if (live.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return send(live).<Void>handle((undone, thrown) -> {
            if (thrown == null) {
                answered(live, undone);
            } else {
                failed(live, thrown);
            }
            return null;
        });
    }

    private List<Put> next() {
        List<Put> call = new ArrayList<>();
        synchronized (waiting) {
            long bytes = 0;
            while (call.size() < MAX_PUTS && !waiting.isEmpty()) {
                bytes += ItemSize.of(waiting.getFirst().write().attributes());
                if (bytes > MAX_BYTES && !call.isEmpty()) {
                    break;
                }
                call.add(waiting.removeFirst());
            }
        }
        return call;
    }

    /** @return keys of the puts that were left undone; fails however making the call or reading its answer fails */
    private CompletableFuture<Set<Map<String, AttributeValue>>> send(List<Put> puts) {
        try {
            String table = puts.get(0).write().table();
            // Each has waited for its turn for another time: one that has little left must not cut the others short.
            Duration left = Collections.max(puts.stream().map(Put::left).toList());
            BatchWriteItemRequest request = BatchWriteItemRequest.builder()
                    .requestItems(Map.of(
                            table, puts.stream().map(BatchDelivery::request).toList()))
                    .overrideConfiguration(call -> call.apiCallTimeout(left))
                    .build();
            return client.batchWriteItem(request).thenApply(response -> undone(response, puts));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static WriteRequest request(Put put) {
        return WriteRequest.builder()
                .putRequest(item -> item.item(put.write().attributes()))
                .build();
    }

    /**
     * By key: an item may come back in another form than it was sent, such as with its sets in another order. Where the
     * answer names an item that was not sent, nothing counts as done, because a put that is done twice does no harm.
     */
    private Set<Map<String, AttributeValue>> undone(BatchWriteItemResponse response, List<Put> puts) {
        Set<Map<String, AttributeValue>> sent = new HashSet<>();
        puts.forEach(put -> sent.add(key(put.write().attributes())));
        Set<Map<String, AttributeValue>> undone = new HashSet<>();
        for (List<WriteRequest> requests : response.unprocessedItems().values()) {
            for (WriteRequest request : requests) {
                Map<String, AttributeValue> key = request.putRequest() == null
                        ? Map.of()
                        : key(request.putRequest().item());
                if (!sent.contains(key)) {
                    return sent;
                }
                undone.add(key);
            }
        }
        return undone;
    }

    private Map<String, AttributeValue> key(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> key = new HashMap<>(item);
        key.keySet().retainAll(keyNames);
        return key;
    }

    private void answered(List<Put> sent, Set<Map<String, AttributeValue>> undone) {
        for (Put put : sent) {
            if (!undone.contains(key(put.write().attributes()))) {
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
            alone(put).whenComplete((outcome, failure) -> {
                if (failure == null) {
                    put.done().complete(outcome);
                } else {
                    put.done().completeExceptionally(failure);
                }
            });
        }
    }

    private CompletableFuture<Outcome> alone(Put put) {
        try {
            return plain.deliver(put.write(), put.result(), put.left());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
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
