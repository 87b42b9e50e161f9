package dev.tributary.jobs;

import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.model.Failures;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * The pauses of routes by operators, in the table of jobs. Each call may be repeated; a future fails with what the SDK
 * throws. Safe for any thread.
 */
public record RoutePauses(JobTable table) {

    /** The scope of the rows: one for all routes, so that one query finds the few that are paused. No route has this name. */
    private static final String SCOPE = "pauses";

    private static final String SINCE = "since";

    /** Since when the route is paused; empty if it is not, or if no daemon has created the table yet. */
    public CompletableFuture<Optional<Instant>> since(String route) {
        return orIfMissing(table.state(SCOPE, route).thenApply(RoutePauses::since), Optional.empty());
    }

    /** The routes that are paused, and since when; none if no daemon has created the table yet. */
    public CompletableFuture<Map<String, Instant>> paused() {
        return orIfMissing(
                table.states(SCOPE).thenApply(states -> {
                    Map<String, Instant> paused = new HashMap<>();
                    states.forEach((route, state) -> since(state).ifPresent(since -> paused.put(route, since)));
                    return paused;
                }),
                Map.of());
    }

    private static <T> CompletableFuture<T> orIfMissing(CompletableFuture<T> read, T none) {
        return read.exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                ? CompletableFuture.completedFuture(none)
                : CompletableFuture.failedFuture(thrown));
    }

    /**
     * Pauses a route. No effect if it is paused.
     *
     * @return since when it is paused
     */
    public CompletableFuture<Instant> pause(String route, Instant now) {
        return set(route, Optional.of(now)).thenApply(since -> since.orElse(now));
    }

    /**
     * Resumes a route.
     *
     * @return since when it was paused; empty if it was not
     */
    public CompletableFuture<Optional<Instant>> resume(String route) {
        return since(route).thenCompose(before -> set(route, Optional.empty()).thenApply(done -> before));
    }

    /** Repeated until the state is as wanted: the table ignores a write that another one has overtaken. */
    private CompletableFuture<Optional<Instant>> set(String route, Optional<Instant> wanted) {
        return table.state(SCOPE, route).thenCompose(state -> {
            Optional<Instant> now = since(state);
            return now.isPresent() == wanted.isPresent()
                    ? CompletableFuture.completedFuture(now)
                    : table.putState(
                                    SCOPE,
                                    route,
                                    state.next(wanted.map(since -> Map.of(SINCE, since.toString()))
                                            .orElse(Map.of())))
                            .thenCompose(done -> set(route, wanted));
        });
    }

    private static Optional<Instant> since(JobState state) {
        return Optional.of(state.value(SINCE)).filter(text -> !text.isEmpty()).map(Instant::parse);
    }
}
