package dev.tributary.daemon.jobs;

import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillProgress;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStateRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Decides when the targets of a source may be repaired after gaps, and acknowledges the gaps once all are repaired. Safe for
 * any thread.
 */
public final class GapRepair {

    private final List<TargetStates> routes;
    private final SourceStateRow row;
    private final Duration lateness;
    private final Executor executor;

    /**
     * @param routes the states of all routes of the source
     * @param lateness how long the removals from before a gap may be repeated
     * @param executor runs calls that wait for DynamoDB
     */
    GapRepair(List<TargetStates> routes, SourceStateRow row, Duration lateness, Executor executor) {
        this.routes = routes;
        this.row = row;
        this.lateness = lateness;
        this.executor = executor;
    }

    /** The time from which targets may be repaired: no removal from before the gaps is repeated after it. */
    Instant startsAt(SourceState state) {
        return last(state).plus(lateness);
    }

    /** Identifies the gaps that are not acknowledged; empty if there are none. */
    public static String id(SourceState state) {
        return state.passed().isEmpty() && state.further() == 0
                ? ""
                : "%d gaps up to %s, and %d more".formatted(state.passed().size(), last(state), state.further());
    }

    private static Instant last(SourceState state) {
        return state.passed().stream()
                .map(RecordedGap::at)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }

    /**
     * Acknowledges the gaps if the targets of all routes are repaired, every item was written, and no further gap has been
     * recorded.
     *
     * @return completes with whether the gaps are acknowledged
     */
    CompletableFuture<Boolean> acknowledge(SourceState state) {
        String gaps = id(state);
        List<CompletableFuture<Boolean>> repaired =
                routes.stream().map(route -> isRepaired(route, gaps)).toList();
        return CompletableFuture.allOf(repaired.toArray(CompletableFuture[]::new))
                .thenApplyAsync(
                        read -> {
                            if (!repaired.stream().allMatch(CompletableFuture::join)
                                    || !row.read()
                                            .map(GapRepair::id)
                                            .filter(gaps::equals)
                                            .isPresent()) {
                                return false;
                            }
                            row.acknowledge(state.passed(), state.further());
                            return true;
                        },
                        executor);
    }

    private static CompletableFuture<Boolean> isRepaired(TargetStates route, String gaps) {
        return route.get(BackfillPlan.RESYNC).thenApply(stored -> BackfillProgress.of(stored)
                .filter(progress -> progress.isDone(gaps) && progress.refused() == 0)
                .isPresent());
    }
}
