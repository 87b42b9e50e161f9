package dev.tributary.table;

import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.dynamo.WriteFailure.Kind;
import dev.tributary.model.Failures;
import dev.tributary.model.KeySchema;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

/**
 * Compares the key of a table with the one that its route writes, at most once a second: a table that was recreated
 * with another key refuses each write as invalid. Safe for any thread.
 */
final class TargetKeyCheck {

    private static final long LIFE = Duration.ofSeconds(1).toNanos();
    private static final String DENIED = "AccessDeniedException";

    private final TableControl table;
    private final LongSupplier nanoTime;

    /** The last description; null before the first. Guarded by this, as is the field below. */
    private @Nullable CompletableFuture<Optional<KeySchema>> described;

    private long asked;

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    TargetKeyCheck(DynamoDbAsyncClient client, String table, LongSupplier nanoTime) {
        this.table = new TableControl(client, table);
        this.nanoTime = nanoTime;
    }

    /** See {@link BatchingTable#wrongKey}. */
    CompletableFuture<Optional<WriteFailure>> wrongKey(KeySchema expected) {
        return described().thenApply(found -> found.filter(key -> !key.equals(expected))
                .map(key -> new WriteFailure(Kind.CONFIGURATION, message(expected, key), false)));
    }

    private synchronized CompletableFuture<Optional<KeySchema>> described() {
        if (described == null || (described.isDone() && nanoTime.getAsLong() - asked > LIFE)) {
            asked = nanoTime.getAsLong();
            described = table.describe()
                    .thenApply(found -> Optional.of(found.key()))
                    .exceptionallyCompose(TargetKeyCheck::unlessDenied);
        }
        return described;
    }

    private static CompletableFuture<Optional<KeySchema>> unlessDenied(Throwable thrown) {
        boolean denied = Failures.unwrap(thrown) instanceof DynamoDbException refused
                && refused.awsErrorDetails() != null
                && DENIED.equals(refused.awsErrorDetails().errorCode());
        return denied ? CompletableFuture.completedFuture(Optional.empty()) : CompletableFuture.failedFuture(thrown);
    }

    private String message(KeySchema expected, KeySchema found) {
        return "table %s has the key (%s) now, and had (%s) at the start: no change is parked because of that; recreate the table with the key it had, or restart to write with the new key"
                .formatted(table.name(), found.text(), expected.text());
    }
}
