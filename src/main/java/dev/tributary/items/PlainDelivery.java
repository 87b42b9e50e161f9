package dev.tributary.items;

import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** Sends each write in a separate call. */
final class PlainDelivery implements Delivery {

    private final DynamoDbAsyncClient client;

    PlainDelivery(DynamoDbAsyncClient client) {
        this.client = client;
    }

    @Override
    public CompletableFuture<Outcome> deliver(ItemWrite write, WriteResult result, Duration timeout) {
        return write.call(client, timeout).handle((done, thrown) -> {
            if (thrown == null) {
                return new Outcome.Done();
            }
            Throwable failure = Failures.unwrap(thrown);
            if (failure instanceof ConditionalCheckFailedException refused) {
                return new Outcome.ConditionFailed(refused.hasItem() ? Optional.of(refused.item()) : Optional.empty());
            }
            throw new CompletionException(failure);
        });
    }
}
