package dev.tributary.items;

import dev.tributary.items.Delivery.Outcome;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Carries out changes of a table's items: sends the write that a change asks for, and if its condition fails, the write
 * that fits the item as it is. Never blocks; safe for any thread.
 *
 * @param client for the region and account of the table
 * @param written called after each write that was applied
 */
record ChangeExecution(DynamoDbAsyncClient client, String table, Runnable written) {

    /** Calls of one request. A second one fails only if others write the same item at the same time. */
    private static final int MAX_CALLS = 10;

    /** Timeout of a call that must be made although the request's time is over. */
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(100);

    /** A request that is being carried out. */
    private record Request(ItemChange change, Delivery delivery, long deadline) {

        private Duration left() {
            return Duration.ofNanos(deadline - System.nanoTime());
        }
    }

    /**
     * Carries a change out.
     *
     * @param timeout of all calls together, with the client's own retries; more than 0
     * @return fails with what a call failed with
     */
    CompletableFuture<WriteResult> run(ItemChange change, Delivery delivery, Duration timeout) {
        Request request = new Request(change, delivery, System.nanoTime() + timeout.toNanos());
        return call(change.first(), request, timeout, MAX_CALLS);
    }

    private CompletableFuture<WriteResult> call(NextCall next, Request request, Duration left, int calls) {
        boolean late = left.isNegative() || left.isZero();
        if (next instanceof NextCall.End end) {
            return request.delivery().end(end.result(), late ? MIN_TIMEOUT : left);
        }
        if (calls == 0 || late) {
            return CompletableFuture.completedFuture(new WriteResult.Refused(TableFailures.contended()));
        }
        if (next instanceof NextCall.Send send) {
            return request.delivery().deliver(send.write(), send.result(), left).thenCompose(outcome -> {
                if (outcome instanceof Outcome.ConditionFailed failed) {
                    return callAgain(failed.current(), request, calls);
                }
                if (outcome instanceof Outcome.Ended ended) {
                    return CompletableFuture.completedFuture(ended.result());
                }
                written.run();
                return CompletableFuture.completedFuture(send.result());
            });
        }
        return read(request.change().key(), true, left).thenCompose(current -> callAgain(current, request, calls));
    }

    private CompletableFuture<WriteResult> callAgain(
            Optional<Map<String, AttributeValue>> current, Request request, int calls) {
        return call(request.change().given(current), request, request.left(), calls - 1);
    }

    /**
     * Reads an item.
     *
     * @param timeout with the client's own retries; more than 0
     * @return empty if there is none; fails with what the call failed with
     */
    CompletableFuture<Optional<Map<String, AttributeValue>>> read(
            Map<String, AttributeValue> key, boolean consistent, Duration timeout) {
        return client.getItem(get -> get.tableName(table)
                        .key(key)
                        .consistentRead(consistent)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(response -> response.hasItem() ? Optional.of(response.item()) : Optional.empty());
    }
}
