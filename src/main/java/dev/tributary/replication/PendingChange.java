package dev.tributary.replication;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.projection.Projected;
import java.util.Optional;

/**
 * A change that has not ended on one route.
 *
 * @param projected what the change asks of the target
 * @param entry completed when the change has ended on the route
 * @param awaited present if a request waits for the change
 */
record PendingChange(
        Change change,
        Projected projected,
        CheckpointTracker<ChangePosition>.Entry entry,
        Optional<AwaitedWrite> awaited) {

    ItemKey owner() {
        return change.stamp().owner();
    }

    /** Why the target can never take the change; empty if the projection found no reason. */
    Optional<String> refusal() {
        return projected instanceof Projected.Refused refused ? Optional.of(refused.reason()) : Optional.empty();
    }

    /** The write that the change asks for; empty if it asks for none, leaves the row as it is, or is refused. */
    Optional<TargetWrite> write() {
        return projected instanceof Projected.Write asked && !asked.unchanged()
                ? Optional.of(asked.write())
                : Optional.empty();
    }

    /** Whether the item has the same row after the change as before it. */
    boolean leavesRow() {
        return projected instanceof Projected.Write asked && asked.unchanged();
    }

    /** Counts the change and completes its entry. */
    void end(Outcome outcome, RouteMeters meters) {
        meters.ended(outcome, change.stamp().createdAt());
        if (outcome == Outcome.PARKED || outcome == Outcome.REGRESSED) {
            awaited.ifPresent(write -> write.failedOn(meters.route()));
        }
        entry.complete();
    }
}
