package dev.tributary.dynamo;

import dev.tributary.model.Failures;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbAsyncWaiter;

/**
 * Makes a table that the daemon owns, billed by request. May be run again, and by two processes at once.
 *
 * @param protect whether only somebody who turns its deletion protection off may delete it
 */
public record TableCreation(DynamoDbAsyncClient client, String name, KeySchema key, boolean protect) {

    private static final Duration POLL = Duration.ofMillis(250);

    /** Makes the table; ends with whether it was made, false if there is one already. Does not wait until it is usable. */
    public CompletableFuture<Boolean> run() {
        return client.describeTable(request -> request.tableName(name))
                .thenApply(found -> false)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                        ? create()
                        : CompletableFuture.failedFuture(thrown));
    }

    private CompletableFuture<Boolean> create() {
        List<AttributeDefinition> attributes = new ArrayList<>();
        List<KeySchemaElement> schema = new ArrayList<>();
        add(key.partition(), KeyType.HASH, attributes, schema);
        key.sort().ifPresent(sort -> add(sort, KeyType.RANGE, attributes, schema));
        return client.createTable(request -> request.tableName(name)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .deletionProtectionEnabled(protect ? true : null)
                        .attributeDefinitions(attributes)
                        .keySchema(schema))
                .thenApply(created -> true)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceInUseException
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(thrown));
    }

    private static void add(
            KeyAttribute attribute, KeyType type, List<AttributeDefinition> attributes, List<KeySchemaElement> schema) {
        attributes.add(AttributeDefinition.builder()
                .attributeName(attribute.name())
                .attributeType(attribute.type().name())
                .build());
        schema.add(KeySchemaElement.builder()
                .attributeName(attribute.name())
                .keyType(type)
                .build());
    }

    /** Ends when the table can be written and read; fails if that takes longer than {@code atMost}. */
    public CompletableFuture<Void> awaitActive(Duration atMost) {
        DynamoDbAsyncWaiter waiter = DynamoDbAsyncWaiter.builder()
                .client(client)
                .overrideConfiguration(wait -> wait.maxAttempts(Integer.MAX_VALUE)
                        .waitTimeout(atMost)
                        .backoffStrategyV2(BackoffStrategy.fixedDelay(POLL)))
                .build();
        return waiter.waitUntilTableExists(request -> request.tableName(name))
                .<Void>thenApply(active -> null)
                .whenComplete((done, thrown) -> waiter.close());
    }

    /**
     * Lets DynamoDB remove what has expired, where that is off.
     *
     * @param attribute with the time, in epoch seconds
     * @return the attribute by which it is on now: another one, if it was on with that
     */
    public CompletableFuture<String> expireBy(String attribute) {
        return client.describeTimeToLive(request -> request.tableName(name)).thenCompose(found -> {
            TimeToLiveStatus status = found.timeToLiveDescription().timeToLiveStatus();
            if (status == TimeToLiveStatus.ENABLED || status == TimeToLiveStatus.ENABLING) {
                return CompletableFuture.completedFuture(
                        Optional.ofNullable(found.timeToLiveDescription().attributeName())
                                .orElse(attribute));
            }
            return client.updateTimeToLive(request -> request.tableName(name)
                            .timeToLiveSpecification(on -> on.enabled(true).attributeName(attribute)))
                    .thenApply(done -> attribute);
        });
    }
}
