package dev.tributary.items;

import dev.tributary.document.Problem;
import dev.tributary.document.Problem.Kind;
import dev.tributary.document.RefusedException;
import dev.tributary.idempotency.AcquireResult.Completed;
import dev.tributary.idempotency.AcquireResult.Found;
import dev.tributary.idempotency.AcquireResult.InProgress;
import dev.tributary.idempotency.AcquireResult.Replay;
import dev.tributary.idempotency.IdempotencyLock;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.idempotency.RecordId;
import dev.tributary.idempotency.SavedReply;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Carries out the requests of a resource that have an idempotency key, so that each takes effect once. Safe for any
 * thread.
 */
public final class Idempotency {

    /** Longest key, in characters. */
    public static final int MAX_KEY = 255;

    private final String resource;
    private final String table;
    private final IdempotencySettings settings;
    private final DynamoDbAsyncClient client;
    private final IdempotencyTable records;

    Idempotency(
            String resource,
            String table,
            IdempotencySettings settings,
            DynamoDbAsyncClient client,
            IdempotencyTable records) {
        this.resource = resource;
        this.table = table;
        this.settings = settings;
        this.client = client;
        this.records = records;
    }

    /** Whether a request without a key is refused. */
    public boolean required() {
        return settings.policy() == IdempotencyPolicy.REQUIRED;
    }

    /** The attribute that holds the key of a request that puts a whole item; empty if only a header does. */
    public Optional<String> attribute() {
        return settings.attribute();
    }

    /**
     * The key in the item of a request.
     *
     * @return empty if the item has none, if the resource takes no key from items, or if the change puts no whole item
     * @throws RefusedException if the value cannot be a key
     */
    public Optional<String> keyIn(ItemChange change) throws RefusedException {
        if (settings.attribute().isEmpty() || !(change instanceof PutChange put)) {
            return Optional.empty();
        }
        @Nullable AttributeValue value = put.item().get(settings.attribute().get());
        if (value == null) {
            return Optional.empty();
        }
        String text = value.n() == null ? value.s() : value.n();
        if (text == null || text.isEmpty() || text.length() > MAX_KEY) {
            throw new RefusedException(Problem.of(
                    Kind.BAD_IDEMPOTENCY_KEY,
                    "The value of %s is the idempotency key here. Expected a number, or a string of 1 to %d characters."
                            .formatted(settings.attribute().get(), MAX_KEY)));
        }
        return Optional.of(text);
    }

    /**
     * Returns the delivery of a change that stores the record of the request with the write.
     *
     * @param caller empty if callers are not distinguished
     * @param fingerprint of the request
     * @param answer the answer to a result, which is stored for repetitions
     */
    public Delivery delivery(String caller, String key, String fingerprint, Function<WriteResult, SavedReply> answer) {
        return new RecordedDelivery(
                client, records, table, RecordId.of(resource, caller, key), fingerprint, settings.expires(), answer);
    }

    /**
     * The result for a request whose key has a record. One that was begun and not completed is another: a request that
     * continues it has acquired its lock.
     *
     * @param fingerprint of the request
     */
    public static WriteResult meaning(Found found, String fingerprint) {
        if (found instanceof InProgress other) {
            return inProgress(other.retryAfter());
        }
        return found instanceof Completed known && known.given(fingerprint) instanceof Replay again
                ? new WriteResult.Replayed(again.answer())
                : new WriteResult.Refused(
                        Problem.of(
                                Kind.IDEMPOTENCY_KEY_REUSED,
                                "The key was used with another request. Use another key for each request, and repeat a request unchanged."));
    }

    static WriteResult inProgress(Duration retryAfter) {
        return new WriteResult.Refused(Problem.retryable(
                Kind.REQUEST_IN_PROGRESS, "A request with this key is being carried out. Try again.", retryAfter));
    }

    /**
     * Translates the failure of a call to the table of keys.
     *
     * @param timeout of the call
     */
    public WriteResult.Refused explain(Throwable thrown, Duration timeout) {
        return new WriteResult.Refused(new TableFailures(records.name(), timeout).explain(thrown));
    }

    /**
     * Returns the lock of a bulk request.
     *
     * @param caller empty if callers are not distinguished
     * @param hold duration of the lock without renewal; 1 second to 1 minute
     * @param nanoTime a monotonic clock
     * @param timeout for one call, the client's own retries included
     */
    public IdempotencyLock lock(String caller, String key, Duration hold, LongSupplier nanoTime, Duration timeout) {
        return records.lock(RecordId.of(resource, caller, key), hold, settings.expires(), nanoTime, timeout);
    }
}
