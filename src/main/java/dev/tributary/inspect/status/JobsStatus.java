package dev.tributary.inspect.status;

import dev.tributary.inspect.InspectedRoute;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillProgress;
import dev.tributary.jobs.backfill.RowShapes;
import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.verify.ContinuousVerification;
import dev.tributary.jobs.verify.Proof;
import dev.tributary.model.Failures;
import dev.tributary.model.KeySchema;
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
 */
public record JobsStatus(
        Optional<BackfillProgress> backfill,
        Optional<BackfillProgress> resync,
        Optional<Proved> proof,
        Optional<String> otherShapes) {

    /** A proof, and the interval of verifications. */
    public record Proved(Proof proof, Duration every) {

        /** The state as text. */
        public String text(Instant now) {
            return proof.text(now, every);
        }
    }

    /** @param target key of the target table; empty if it is unknown */
    static CompletableFuture<JobsStatus> of(InspectedRoute route, Optional<KeySchema> target, Instant now) {
        CompletableFuture<JobState> backfill = state(route, BackfillPlan.BACKFILL);
        CompletableFuture<JobState> resync = state(route, BackfillPlan.RESYNC);
        CompletableFuture<JobState> proof = state(route, ContinuousVerification.STATE);
        CompletableFuture<JobState> shapes = state(route, RowShapes.STATE);
        return CompletableFuture.allOf(backfill, resync, proof, shapes)
                .thenApply(read -> new JobsStatus(
                        BackfillProgress.of(backfill.join()),
                        BackfillProgress.of(resync.join()),
                        route.settings()
                                .verify()
                                .interval()
                                .map(every -> new Proved(Proof.of(proof.join().values(), now), every)),
                        target.map(key -> new Projection(route.settings().projection(), key).shape())
                                .filter(shape -> !RowShapes.of(shapes.join())
                                        .others(shape)
                                        .isEmpty())
                                .map(shape -> RowShapes.of(shapes.join()).otherText(shape))));
    }

    /** A table that no daemon has created yet has no state. */
    private static CompletableFuture<JobState> state(InspectedRoute route, String name) {
        return route.jobs()
                .state(route.name(), name)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                        ? CompletableFuture.completedFuture(JobState.NONE)
                        : CompletableFuture.failedFuture(thrown));
    }
}
