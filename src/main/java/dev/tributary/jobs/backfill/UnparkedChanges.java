package dev.tributary.jobs.backfill;

import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.model.Failures;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * Until when changes of a route may not have been parked behind the dead letters of their items: a repair brought changes that
 * were never read, or a worker read the source without the route. A redrive of a dead letter from before could take the row
 * back to an older state. Safe for any thread.
 *
 * @param table where it is recorded
 * @param route {@code <source>.<route>}
 */
public record UnparkedChanges(JobTable table, String route) {

    private static final String STATE = "unparked";
    private static final String UNTIL = "until";

    /** Records that there may be such changes; has to precede the first write of a repair. */
    public CompletableFuture<Void> record(Instant now) {
        return table.update(route, STATE, before -> Map.of(UNTIL, now.toString()))
                .thenAccept(stored -> {});
    }

    /** Until when there may have been some; empty if there were none, or if the table does not exist. */
    public CompletableFuture<Optional<Instant>> until() {
        return table.state(route, STATE)
                .thenApply(stored ->
                        Optional.ofNullable(stored.values().get(UNTIL)).map(Instant::parse))
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(thrown));
    }
}
