package dev.tributary.replication;

import dev.tributary.deadletter.Predecessor;
import dev.tributary.model.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Handles the changes of an item one at a time where one of them may have to be parked: each is written, up to the first
 * that the target refuses; that one is parked, and those after it are parked behind it.
 *
 * <p>Every future ends with the parked change that the next change of the item has to wait behind, or empty.
 *
 * @param write writes one change, and parks it if the target refuses it
 */
record Parking(
        PipelineDeadLetters deadLetters,
        RouteMeters meters,
        Function<PendingWrite, CompletableFuture<Optional<Predecessor>>> write) {

    /** Whether one of these changes of an item may have to be parked, because it is refused or others are parked. */
    boolean concerns(List<PendingChange> changes) {
        return changes.stream().anyMatch(change -> change.refusal().isPresent())
                || deadLetters.mayHold(changes.get(0).owner());
    }

    /** The target refused a write. If it stands for several changes, any of them may be the cause. */
    CompletableFuture<Optional<Predecessor>> refused(List<PendingChange> changes, String reason) {
        return changes.size() == 1 ? park(changes.get(0), reason) : oneByOne(Optional.empty(), changes);
    }

    /**
     * @param parked what the first change has to wait behind, if that is known
     */
    CompletableFuture<Optional<Predecessor>> oneByOne(Optional<Predecessor> parked, List<PendingChange> changes) {
        CompletableFuture<Optional<Predecessor>> last = CompletableFuture.completedFuture(parked);
        for (PendingChange change : changes) {
            last = last.thenCompose(before ->
                    before.map(parkedBefore -> parkBehind(parkedBefore, change)).orElseGet(() -> alone(change)));
        }
        return last;
    }

    private CompletableFuture<Optional<Predecessor>> alone(PendingChange change) {
        return deadLetters.before(change.change()).thenCompose(before -> {
            if (before.isPresent()) {
                return parkBehind(before.get(), change);
            }
            return change.refusal()
                    .map(reason -> park(change, reason))
                    .orElseGet(() -> write.apply(PendingWrite.of(change)));
        });
    }

    /** If the predecessor is no longer parked, the change is handled as if it had none. */
    private CompletableFuture<Optional<Predecessor>> parkBehind(Predecessor before, PendingChange change) {
        return deadLetters.parkBehind(before, change.change()).thenCompose(stored -> {
            if (stored.isEmpty()) {
                return alone(change);
            }
            change.end(Outcome.PARKED, meters);
            return CompletableFuture.completedFuture(stored);
        });
    }

    private CompletableFuture<Optional<Predecessor>> park(PendingChange change, String reason) {
        return deadLetters.park(change.change(), reason).thenApply(stored -> {
            change.end(Outcome.PARKED, meters);
            return Optional.of(stored);
        });
    }
}
