package dev.tributary.replication;

import dev.tributary.model.Change;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.projection.Projected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Consecutive changes of one item that are brought to the target with one write.
 *
 * @param steps at least one
 * @param write what they ask for taken together; empty if they ask for nothing
 */
record PendingWrite(List<Step> steps, Optional<TargetWrite> write) {

    /**
     * One change.
     *
     * @param projected what it asks for by itself
     * @param entry completed when it has ended
     */
    record Step(Change change, Projected projected, CheckpointTracker<ChangePosition>.Entry entry) {

        boolean refused() {
            return projected instanceof Projected.Refused;
        }

        private Optional<TargetWrite> write() {
            return projected instanceof Projected.Write asked ? Optional.of(asked.write()) : Optional.empty();
        }
    }

    /**
     * Divides changes into as few writes as possible. Those before a change that asks for nothing are not merged with
     * those after it: where it is a removal that the route ignores, the row before it stays, also if the item comes back
     * under another key.
     *
     * @param steps in their order, none of them refused
     */
    static List<PendingWrite> of(List<Step> steps) {
        List<PendingWrite> all = new ArrayList<>();
        List<Step> run = new ArrayList<>();
        List<TargetWrite> writes = new ArrayList<>();
        for (Step step : steps) {
            if (!run.isEmpty() && step.write().isEmpty() != writes.isEmpty()) {
                all.add(of(run, writes));
                run = new ArrayList<>();
                writes = new ArrayList<>();
            }
            run.add(step);
            step.write().ifPresent(writes::add);
        }
        all.add(of(run, writes));
        return all;
    }

    private static PendingWrite of(List<Step> run, List<TargetWrite> writes) {
        return new PendingWrite(run, writes.isEmpty() ? Optional.empty() : Optional.of(TargetWrite.merged(writes)));
    }
}
