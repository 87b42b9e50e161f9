package dev.tributary.ingest;

import dev.tributary.config.KeySchema;
import dev.tributary.config.KeySchema.KeyAttribute;
import dev.tributary.config.WriteSettings;
import dev.tributary.ingest.Problem.Kind;
import dev.tributary.table.WriteFailure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Takes JSON documents for one table and puts them there as items. Safe for any thread; never blocks. */
public final class WriteRoute {

    /** Long enough for a partition to gain capacity, short enough not to be the delay that users notice. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String name;
    private final String path;
    private final String table;
    private final ItemSchema schema;
    private final ItemReader reader;
    private final DynamoDbAsyncClient client;
    private final Duration timeout;

    /**
     * @param name what the configuration calls the route
     * @param key the table's key schema
     * @param client for the region and account of the table; remains the caller's to close
     * @param timeout for one write, with the client's own retries; more than 0
     * @throws InvalidRouteException if a type contradicts the key, or a default its type
     */
    public WriteRoute(
            String name, WriteSettings settings, KeySchema key, DynamoDbAsyncClient client, Duration timeout) {
        this.name = name;
        this.path = settings.path();
        this.table = settings.table();
        this.schema = ItemSchema.of(name, settings, key);
        this.reader = new ItemReader(schema);
        this.client = client;
        this.timeout = timeout;
    }

    public String name() {
        return name;
    }

    public String path() {
        return path;
    }

    public String table() {
        return table;
    }

    /**
     * Puts the item that the document describes, in place of one with the same key.
     *
     * @param document JSON in UTF-8
     * @return fails only for what neither the caller nor the table is to blame for
     */
    public CompletableFuture<WriteResult> put(byte[] document) {
        Map<String, AttributeValue> item;
        try {
            item = reader.read(document);
        } catch (RefusedException e) {
            return CompletableFuture.completedFuture(new WriteResult.Refused(e.problem()));
        }
        return client.putItem(put ->
                        put.tableName(table).item(item).overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .handle((done, failure) -> failure == null
                        ? new WriteResult.Stored(keyOf(item))
                        : new WriteResult.Refused(explain(failure)));
    }

    private Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        for (KeyAttribute attribute : schema.keyAttributes()) {
            key.put(attribute.name(), item.get(attribute.name()));
        }
        return key;
    }

    private Problem explain(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (!(failure instanceof SdkException)) {
            throw new CompletionException(failure);
        }
        if (failure instanceof ApiCallTimeoutException || failure instanceof ApiCallAttemptTimeoutException) {
            return Problem.of(
                    Kind.TIMEOUT,
                    "DynamoDB did not answer within %d ms. The item may have been written; the same request again is safe."
                            .formatted(timeout.toMillis()));
        }
        if (failure instanceof AwsServiceException service && service.isThrottlingException()) {
            return Problem.retryable(
                    Kind.THROTTLED, "Table %s is at its capacity. Try again.".formatted(table), RETRY_AFTER);
        }
        WriteFailure meaning = WriteFailure.of(failure);
        return switch (meaning.kind()) {
            case SCHEMA -> Problem.of(Kind.INVALID_ITEM, "DynamoDB refused the item. " + meaning.message());
            case CONFIGURATION ->
                Problem.of(
                        Kind.TABLE_UNAVAILABLE, "Table %s cannot be written. %s".formatted(table, meaning.message()));
            case CAPACITY ->
                Problem.retryable(
                        Kind.UNAVAILABLE,
                        "Table %s cannot be reached. %s".formatted(table, meaning.message()),
                        RETRY_AFTER);
        };
    }
}
