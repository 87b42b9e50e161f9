package dev.tributary.items;

import dev.tributary.model.Failures;
import dev.tributary.model.ItemSize;
import dev.tributary.ordering.RequestBatcher;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
 * Sends unconditional puts with {@code BatchWriteItem}, and every other write in a separate call.
 *
 * <p>A put does not wait for a batch to fill; see {@link RequestBatcher}. The caller must send the writes of one item
 * one after the other, because those of concurrent calls have no order. Safe for any thread.
 */
final class BatchDelivery implements Delivery {

    /** 25 puts is what DynamoDB takes in one call; the size lets a call with large items end within its timeout. */
    private static final RequestBatcher.Limits LIMITS = new RequestBatcher.Limits(8, 25, 256 * 1024);

    /** Between attempts to write what DynamoDB left unprocessed: with full jitter, as it advises. */
    private static final BackoffStrategy BACKOFF =
            BackoffStrategy.exponentialDelay(Duration.ofMillis(50), Duration.ofSeconds(1));

    /** Timeout of a call whose puts have none left. */
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);

    private final DynamoDbAsyncClient client;
    private final Delivery plain;
    private final List<String> keyNames;
    private final RequestBatcher<Put> batcher =
            new RequestBatcher<>(LIMITS, Put::key, Put::bytes, this::sendBatch, BatchDelivery::fail);

    /**
     * A put that waits or is in flight.
     *
     * @param bytes of the item; computed once
     * @param deadline by {@link System#nanoTime()}
     * @param attempts 1 for the first
     */
    private record Put(
            ItemWrite write,
            Map<String, AttributeValue> key,
            long bytes,
            WriteResult result,
            CompletableFuture<Outcome> done,
            long deadline,
            int attempts) {

        private Put nextAttempt() {
            return new Put(write, key, bytes, result, done, deadline, attempts + 1);
        }

        /** More than 0, as a call requires, also if time runs out after {@link #isOver} was false. */
        private Duration left() {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            return left.compareTo(MIN_TIMEOUT) < 0 ? MIN_TIMEOUT : left;
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

    /** Whether a write can share a call with others. */
    static boolean takes(ItemWrite write) {
        return write.kind() == ItemWrite.Kind.PUT && write.condition().isEmpty();
    }

    @Override
    public CompletableFuture<Outcome> deliver(ItemWrite write, WriteResult result, Duration timeout) {
        if (!takes(write)) {
            return plain.deliver(write, result, timeout);
        }
        Put put = new Put(
                write,
                key(write.attributes()),
                ItemSize.of(write.attributes()),
                result,
                new CompletableFuture<>(),
                System.nanoTime() + timeout.toNanos(),
                1);
        batcher.submit(put);
        return put.done();
    }

    private CompletableFuture<?> sendBatch(List<Put> puts) {
        puts.stream().filter(Put::isOver).forEach(put -> put.done().completeExceptionally(throttled()));
        List<Put> live = puts.stream().filter(put -> !put.done().isDone()).toList();
        if (live.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return write(live).handle((unprocessed, thrown) -> {
            if (thrown == null) {
                answered(live, unprocessed);
            } else {
                failed(live, thrown);
            }
            return null;
        });
    }

    /** @return keys of the unprocessed puts; fails if the call cannot be made, fails, or its response cannot be read */
    private CompletableFuture<Set<Map<String, AttributeValue>>> write(List<Put> puts) {
        try {
            String table = puts.get(0).write().table();
            // The longest: a put that has little time left must not cut the others short.
            Duration timeout = Collections.max(puts.stream().map(Put::left).toList());
            BatchWriteItemRequest request = BatchWriteItemRequest.builder()
                    .requestItems(Map.of(
                            table, puts.stream().map(BatchDelivery::request).toList()))
                    .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                    .build();
            return client.batchWriteItem(request).thenApply(response -> unprocessed(response, puts));
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
     * By key, because an item may be returned in another form than it was sent, such as with its sets in another order.
     * If the response names an item that was not sent, nothing counts as done: a put that is repeated does no harm.
     */
    private Set<Map<String, AttributeValue>> unprocessed(BatchWriteItemResponse response, List<Put> puts) {
        Set<Map<String, AttributeValue>> sent = puts.stream().map(Put::key).collect(Collectors.toSet());
        Set<Map<String, AttributeValue>> unprocessed = response.unprocessedItems().values().stream()
                .flatMap(List::stream)
                .map(request -> request.putRequest() == null
                        ? Map.<String, AttributeValue>of()
                        : key(request.putRequest().item()))
                .collect(Collectors.toSet());
        return sent.containsAll(unprocessed) ? unprocessed : sent;
    }

    private Map<String, AttributeValue> key(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> key = new HashMap<>(item);
        key.keySet().retainAll(keyNames);
        return key;
    }

    private void answered(List<Put> sent, Set<Map<String, AttributeValue>> unprocessed) {
        for (Put put : sent) {
            if (!unprocessed.contains(put.key())) {
                put.done().complete(new Outcome.Done());
            } else {
                Duration delay = BACKOFF.computeDelay(put.attempts());
                Executor later = CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS);
                later.execute(() -> batcher.submit(put.nextAttempt()));
            }
        }
    }

    /**
     * A refused call does not name the item at fault, so each put is repeated in its own call to get its own reason.
     */
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

    private static void fail(List<Put> puts, Throwable thrown) {
        puts.forEach(put -> put.done().completeExceptionally(thrown));
    }

    /** The exception with which DynamoDB refuses a single put that it throttles. */
    private static AwsServiceException throttled() {
        return ProvisionedThroughputExceededException.builder()
                .message("unprocessed by every call within its timeout")
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ProvisionedThroughputExceededException")
                        .errorMessage("unprocessed by every call within its timeout")
                        .build())
                .build();
    }
}
