package dev.tributary.replication;

import dev.tributary.replication.SourceHistory.Shard;
import dev.tributary.replication.SourceHistory.StreamedChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shard and its row in the lease table. */
final class SimulatedShard {

    private final String name;
    private final List<StreamedChange> records;
    private final @Nullable SimulatedShard parent;
    private @Nullable SimulatedWorker owner;
    private int committed;
    private boolean ended;

    SimulatedShard(String name, Shard shard, @Nullable SimulatedShard parent) {
        this.name = name;
        this.records = shard.records();
        this.parent = parent;
    }

    String name() {
        return name;
    }

    List<StreamedChange> records() {
        return records;
    }

    /** The worker that took the lease last, and did not give it back. */
    @Nullable SimulatedWorker owner() {
        return owner;
    }

    void assign(@Nullable SimulatedWorker worker) {
        owner = worker;
    }

    /** Whether a worker may take the lease. */
    boolean isFree() {
        return !ended && (parent == null || parent.ended) && (owner == null || owner.leaseExpired());
    }

    /** Number of records that the checkpoint has passed. */
    int committed() {
        return committed;
    }

    void commit(String sequenceNumber) {
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).sequenceNumber().equals(sequenceNumber)) {
                committed = Math.max(committed, i + 1);
                return;
            }
        }
        throw new AssertionError("a checkpoint at " + sequenceNumber + ", which is not in the shard");
    }

    /** As if the newest checkpoints had not reached the lease table. */
    void forgetCheckpoints(int kept) {
        committed = kept;
    }

    void end() {
        ended = true;
        owner = null;
    }

    boolean isEnded() {
        return ended;
    }
}
