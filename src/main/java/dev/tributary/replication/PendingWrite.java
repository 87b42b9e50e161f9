package dev.tributary.replication;

import dev.tributary.model.TargetWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Consecutive changes of one item that go to the target as one write.
 *
 * @param changes at least one
 * @param write the merged write of all changes; empty if none of them asks for one
 */
record PendingWrite(List<PendingChange> changes, Optional<TargetWrite> write) {

    /** One change, not merged with others. */
    static PendingWrite of(PendingChange change) {
        return new PendingWrite(List.of(change), change.write());
    }

    /**
     * Merges changes into as few writes as possible. Changes before one that asks for nothing are not merged with those
     * after it: if that one is a removal that the route ignores, the row before it stays, even if the item returns under
     * another key. A change that leaves the row as it is joins any others.
     *
     * @param changes in stream order, none of them refused
     */
    static List<PendingWrite> merge(List<PendingChange> changes) {
        List<PendingWrite> all = new ArrayList<>();
        List<PendingChange> run = new ArrayList<>();
        List<TargetWrite> writes = new ArrayList<>();
        for (PendingChange change : changes) {
            if (!run.isEmpty() && !change.leavesRow() && change.write().isEmpty() != writes.isEmpty()) {
                all.add(merged(run, writes));
                run = new ArrayList<>();
                writes = new ArrayList<>();
            }
            run.add(change);
            change.write().ifPresent(writes::add);
        }
        all.add(merged(run, writes));
        return all;
    }

    private static PendingWrite merged(List<PendingChange> run, List<TargetWrite> writes) {
        return new PendingWrite(run, writes.isEmpty() ? Optional.empty() : Optional.of(TargetWrite.merged(writes)));
    }
}
