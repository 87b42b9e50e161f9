package dev.tributary.dynamo;

import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbAsyncWaiter;

/**
 * Creates, describes and alters one table: the calls of DynamoDB's control plane.
 *
 * <p>Each method may be repeated, and may be called by several processes at once. A future fails with what the SDK
 * throws. Safe for any thread.
 */
public record TableControl(DynamoDbAsyncClient client, String name) {

    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);

    /** Describes the table; fails with {@link ResourceNotFoundException} if there is none. */
    public CompletableFuture<DescribedTable> describe() {
        return client.describeTable(request -> request.tableName(name))
                .thenApply(response -> DescribedTable.of(response.table()));
    }

    /** Describes the table; empty if there is none. */
    public CompletableFuture<Optional<DescribedTable>> find() {
        return describe()
                .thenApply(Optional::of)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(thrown));
    }

    /**
     * Creates the table, unless it exists. Does not wait until it can be used.
     *
     * @return whether this call created it
     */
    public CompletableFuture<Boolean> create(TableDefinition definition) {
        return find().thenCompose(found ->
                found.isPresent() ? CompletableFuture.completedFuture(false) : createMissing(definition));
    }

    private CompletableFuture<Boolean> createMissing(TableDefinition definition) {
        return client.createTable(definition.request(name))
                .thenApply(created -> true)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceInUseException
                        ? CompletableFuture.completedFuture(false) // another process created it in between
                        : CompletableFuture.failedFuture(thrown));
    }

    /** Waits until the table is ACTIVE, and describes it; fails if that takes longer than {@code atMost}. */
    public CompletableFuture<DescribedTable> awaitActive(Duration atMost) {
        DynamoDbAsyncWaiter waiter = DynamoDbAsyncWaiter.builder()
                .client(client)
                .overrideConfiguration(wait -> wait.maxAttempts(Integer.MAX_VALUE)
                        .waitTimeout(atMost)
                        .backoffStrategyV2(BackoffStrategy.fixedDelay(POLL_INTERVAL)))
                .build();
        return waiter.waitUntilTableExists(request -> request.tableName(name))
                .thenApply(active -> DescribedTable.of(
                        active.matched().response().orElseThrow().table()))
                .whenComplete((done, thrown) -> waiter.close());
    }

    /** Enables a stream of new and old images; the table must not have an enabled stream. */
    public CompletableFuture<Void> enableStream() {
        return client.updateTable(request -> request.tableName(name).streamSpecification(TableDefinition.STREAM))
                .thenApply(updated -> null);
    }

    /** Returns the TTL attribute; empty if TTL is disabled. */
    public CompletableFuture<Optional<String>> ttlAttribute() {
        return client.describeTimeToLive(request -> request.tableName(name))
                .thenApply(response -> Optional.of(response.timeToLiveDescription())
                        .filter(ttl -> ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLED
                                || ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLING)
                        .map(ttl -> ttl.attributeName()));
    }

    /**
     * Enables TTL, unless it is enabled.
     *
     * @param attribute holds the expiry of an item, in epoch seconds
     * @return the TTL attribute from now on: another one, if TTL was enabled with that
     */
    public CompletableFuture<String> enableTtl(String attribute) {
        return ttlAttribute().thenCompose(enabled -> enabled.map(CompletableFuture::completedFuture)
                .orElseGet(() -> enableDisabledTtl(attribute)));
    }

    private CompletableFuture<String> enableDisabledTtl(String attribute) {
        return client.updateTimeToLive(request -> request.tableName(name)
                        .timeToLiveSpecification(ttl -> ttl.enabled(true).attributeName(attribute)))
                .thenApply(updated -> attribute)
                // another process may have enabled it in between
                .exceptionallyCompose(
                        thrown -> ttlAttribute().thenCompose(enabled -> enabled.map(CompletableFuture::completedFuture)
                                .orElseGet(() -> CompletableFuture.failedFuture(thrown))));
    }
}
