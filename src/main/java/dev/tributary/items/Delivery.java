package dev.tributary.items;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How a write gets into its table: by itself, or in one transaction with a record of its request. Safe for any thread.
 */
public interface Delivery {

    /** How a write that was sent ended, if the table answered. */
    sealed interface Outcome {

        /** It went through. */
        record Done() implements Outcome {}

        /**
         * Its condition does not hold.
         *
         * @param current the item as it is; empty if it is not there
         */
        record ConditionFailed(Optional<Map<String, AttributeValue>> current) implements Outcome {

            /** The names only: values may be personal data and must not reach a log. */
            @Override
            public String toString() {
                return "ConditionFailed" + current.map(Map::keySet);
            }
        }

        /** The request ends otherwise, whatever its change says of the item. */
        record Ended(WriteResult result) implements Outcome {}
    }

    /**
     * Sends a write once.
     *
     * @param result how the request ends when the write goes through
     * @param timeout with the client's own retries; more than 0
     * @return fails with what the client's call failed with
     */
    CompletableFuture<Outcome> deliver(ItemWrite write, WriteResult result, Duration timeout);

    /**
     * Asked before a request ends without a write.
     *
     * @param result how its change says it ends
     * @param timeout with the client's own retries; more than 0
     * @return how it ends; fails with what the client's call failed with
     */
    default CompletableFuture<WriteResult> end(WriteResult result, Duration timeout) {
        return CompletableFuture.completedFuture(result);
    }
}
