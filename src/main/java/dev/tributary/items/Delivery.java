package dev.tributary.items;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Sends writes: alone, in batches, or in one transaction with the record of the request. Safe for any thread.
 */
public interface Delivery {

    /** The result of a write that the table answered. */
    sealed interface Outcome {

        /** The write was applied. */
        record Done() implements Outcome {}

        /**
         * The condition of the write does not hold.
         *
         * @param current the current item; empty if there is none
         */
        record ConditionFailed(Optional<Map<String, AttributeValue>> current) implements Outcome {

            /** The names only: values may be personal data and must not reach a log. */
            @Override
            public String toString() {
                return "ConditionFailed" + current.map(Map::keySet);
            }
        }

        /** The request ends with this result, whatever its change requires. */
        record Ended(WriteResult result) implements Outcome {}
    }

    /**
     * Sends a write.
     *
     * @param result result of the request if the write is applied
     * @param timeout with the client's own retries; more than 0
     * @return fails with what the client's call failed with
     */
    CompletableFuture<Outcome> deliver(ItemWrite write, WriteResult result, Duration timeout);

    /**
     * Called before a request ends without a write.
     *
     * @param result the result according to the change
     * @param timeout with the client's own retries; more than 0
     * @return the result of the request; fails with what the client's call failed with
     */
    default CompletableFuture<WriteResult> end(WriteResult result, Duration timeout) {
        return CompletableFuture.completedFuture(result);
    }
}
