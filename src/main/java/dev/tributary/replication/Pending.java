package dev.tributary.replication;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.projection.Projected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Changes of one item that wait to be brought to the target together, in their order.
 *
 * @param steps at least one
 * @param write what they ask for taken together; empty if they ask for nothing
 * @param refused whether one of them cannot be written at all
 */
record Pending(List<Step> steps, Optional<TargetWrite> write, boolean refused) {

    /**
     * One change.
     *
     * @param projected what it asks for by itself
     * @param entry completed when it has ended
     */
    record Step(Change change, Projected projected, CheckpointTracker<Position>.Entry entry) {}

    static Pending of(Change change, Projected projected, CheckpointTracker<Position>.Entry entry) {
        return new Pending(
                List.of(new Step(change, projected, entry)),
                projected instanceof Projected.Write write ? Optional.of(write.write()) : Optional.empty(),
                projected instanceof Projected.Refused);
    }

    ItemKey owner() {
        return steps.get(0).change().mark().owner();
    }

    Pending then(Pending later) {
        List<Step> both = new ArrayList<>(steps);
        both.addAll(later.steps);
        Optional<TargetWrite> merged = write.map(
                        earlier -> later.write.map(earlier::then).orElse(earlier))
                .or(later::write);
        return new Pending(both, merged, refused || later.refused);
    }
}
