package dev.tributary.inspect.status;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.inspect.InspectedRoute;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillProgress;
import dev.tributary.jobs.backfill.TargetHistory;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.jobs.verify.ContinuousVerification;
import dev.tributary.jobs.verify.Proof;
import dev.tributary.model.Failures;
import dev.tributary.projection.Projection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * The state that the jobs of a route have recorded.
 *
 * @param backfill the last backfill; empty if there was none
 * @param resync the last backfill after gaps
 * @param proof the result of continuous verification; empty if the route is not verified continuously
 * @param otherShapes a message that the target may have rows of another shape than the configured one; empty if not
 * @param missed a message that changes may be missing in the target; empty if not
 */
public record JobsStatus(
        Optional<BackfillProgress> backfill,
        Optional<BackfillProgress> resync,
        Optional<Proved> proof,
        Optional<String> otherShapes,
        Optional<String> missed) {

    private static final JobsStatus NONE =
            new JobsStatus(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** A proof, and the interval of verifications. */
    public record Proved(Proof proof, Duration every) {

        /** The state as text. */
        public String text(Instant now) {
            return proof.text(now, every);
        }
    }

    /** @param target description of the target table; without it, nothing is known */
    static CompletableFuture<JobsStatus> of(InspectedRoute route, Optional<DescribedTable> target, Instant now) {
        return target.map(table -> of(
                        route,
                        new TargetStates(route.jobs(), route.name(), table.identity()),
                        new Projection(route.settings().projection(), table.key()).shape(),
                        now))
                .orElse(CompletableFuture.completedFuture(NONE))
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                        ? CompletableFuture.completedFuture(NONE) // no daemon has created the table of jobs yet
                        : CompletableFuture.failedFuture(thrown));
    }

    private static CompletableFuture<JobsStatus> of(
            InspectedRoute route, TargetStates states, String shape, Instant now) {
        CompletableFuture<Optional<BackfillProgress>> backfill =
                states.get(BackfillPlan.BACKFILL).thenApply(BackfillProgress::of);
        CompletableFuture<Optional<BackfillProgress>> resync =
                states.get(BackfillPlan.RESYNC).thenApply(BackfillProgress::of);
        CompletableFuture<Proof> proof =
                states.get(ContinuousVerification.STATE).thenApply(stored -> Proof.of(stored.values(), now));
        CompletableFuture<TargetHistory> history = TargetHistory.read(states);
        return CompletableFuture.allOf(backfill, resync, proof, history)
                .thenApply(read -> new JobsStatus(
                        backfill.join(),
                        resync.join(),
                        route.settings().verify().interval().map(every -> new Proved(proof.join(), every)),
                        Optional.of(history.join())
                                .filter(known -> !known.others(shape).isEmpty())
                                .map(known -> known.otherText(shape)),
                        history.join()
                                .missed()
                                .map(missed -> missed.text() + ". It can be repaired after "
                                        + missed.repairableAt(route.lateness()))));
    }
}
