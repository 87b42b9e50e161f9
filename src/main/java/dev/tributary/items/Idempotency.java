package dev.tributary.items;

import dev.tributary.config.IdempotencyPolicy;
import dev.tributary.config.IdempotencySettings;
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
import dev.tributary.idempotency.SavedAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What a route does for requests that carry a key: each takes effect once. Safe for any thread. */
public final class Idempotency {

    /** Longest key, in characters. */
    public static final int MAX_KEY = 255;

    private final String route;
    private final String table;
    private final IdempotencySettings settings;
    private final DynamoDbAsyncClient client;
    private final IdempotencyTable records;

    Idempotency(
            String route,
            String table,
            IdempotencySettings settings,
            DynamoDbAsyncClient client,
            IdempotencyTable records) {
        this.route = route;
        this.table = table;
        this.settings = settings;
        this.client = client;
        this.records = records;
    }

    /** Whether a request without a key is refused. */
    public boolean required() {
        return settings.policy() == IdempotencyPolicy.REQUIRED;
    }

    /** The attribute whose value is the key of a request that puts a whole item; empty if a header has it. */
    public Optional<String> attribute() {
        return settings.attribute();
    }

    /**
     * The key that the item itself has.
     *
     * @return empty if it has none, or the route takes none from items, or the change puts no whole item
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
     * Carries a change out together with the record of its request.
     *
     * @param caller empty where callers are not told apart
     * @param fingerprint of the request
     * @param answer what a result is answered, to be kept for whoever asks again
     */
    public Delivery delivery(String caller, String key, String fingerprint, Function<WriteResult, SavedAnswer> answer) {
        return new RecordedDelivery(
                client, records, table, RecordId.of(route, caller, key), fingerprint, settings.expires(), answer);
    }

    /**
     * What the record of an earlier request means to one with the same key.
     *
     * @param fingerprint of the later one
     */
    public static WriteResult meaning(Found found, String fingerprint) {
        if (found instanceof InProgress other) {
            return inProgress(other.retryAfter());
        }
        return ((Completed) found).given(fingerprint) instanceof Replay again
                ? new WriteResult.Replayed(again.answer())
                : new WriteResult.Refused(
                        Problem.of(
                                Kind.IDEMPOTENCY_KEY_REUSED,
                                "The key was used with another request. Give each request a key of its own, and repeat a request unchanged."));
    }

    static WriteResult inProgress(Duration retryAfter) {
        return new WriteResult.Refused(Problem.retryable(
                Kind.REQUEST_IN_PROGRESS, "A request with this key is being carried out. Try again.", retryAfter));
    }

    /**
     * Lets one at a time carry out a request of many writes.
     *
     * @param caller empty where callers are not told apart
     * @param hold how long a holding lives that is not renewed; 1 second to 1 minute
     * @param nanoTime a monotonic clock
     * @param timeout for one call, the client's own retries included
     */
    public IdempotencyLock lock(String caller, String key, Duration hold, LongSupplier nanoTime, Duration timeout) {
        return records.lock(RecordId.of(route, caller, key), hold, settings.expires(), nanoTime, timeout);
    }
}
