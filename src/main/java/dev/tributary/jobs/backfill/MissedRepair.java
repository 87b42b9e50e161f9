package dev.tributary.jobs.backfill;

import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.model.Failures;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * When the last repair of a route began that brought changes which were never read. Such changes are not parked behind a
 * dead letter from before, so a redrive of it would take the row back to an older state. Safe for any thread.
 *
 * @param table where it is recorded
 * @param route {@code <source>.<route>}
 */
public record MissedRepair(JobTable table, String route) {

    private static final String STATE = "missed-repair";
    private static final String BEGAN = "began";

    /** Records that such a repair begins or continues; has to precede its first write. */
    CompletableFuture<Void> begins(Instant now) {
        return table.update(route, STATE, before -> Map.of(BEGAN, now.toString()))
                .thenAccept(stored -> {});
    }

    /** When the last one began or continued; empty if there was none, or if the table does not exist. */
    public CompletableFuture<Optional<Instant>> began() {
        return table.state(route, STATE)
                .thenApply(stored ->
                        Optional.ofNullable(stored.values().get(BEGAN)).map(Instant::parse))
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(thrown));
    }
}
