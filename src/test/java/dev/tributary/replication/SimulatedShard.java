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

    /** When the row was last written by its owner, as the leader of the workers sees it. */
    private long renewedAt;

    /** Raised by each such write. */
    private long counter;

    /** Since when the lease is to pass to another worker; negative if it is not. */
    private long handOverSince = -1;

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

    void assign(@Nullable SimulatedWorker worker, long now) {
        owner = worker;
        renewedAt = now;
        counter++;
        handOverSince = -1;
    }

    /** The leader asks the owner to let go. */
    void handOver(long now) {
        if (handOverSince < 0) {
            handOverSince = now;
        }
    }

    boolean isHandedOver() {
        return handOverSince >= 0;
    }

    /** Whether a worker may take the lease: it has expired, or its owner should have let go of it long ago. */
    boolean isFree(long now) {
        return !ended
                && (parent == null || parent.ended)
                && (owner == null
                        || now >= renewedAt + SimulatedWorker.LEASE
                        || (isHandedOver()
                                && now >= handOverSince + SimulatedWorker.HAND_OVER + SimulatedWorker.LEASE));
    }

    long counter() {
        return counter;
    }

    /**
     * A write of the row on the condition that nobody else wrote it since.
     *
     * @param known the counter as the worker knows it; where its last write was not answered, it finds that it was made
     */
    boolean renew(SimulatedWorker worker, long known, long now) {
        if (owner != worker || counter > known + 1) {
            return false;
        }
        if (counter == known) {
            counter++;
            renewedAt = now;
        }
        return true;
    }

    /** Number of records that the checkpoint has passed. */
    int committed() {
        return committed;
    }

    /** Moves the checkpoint on, and returns the number of records that it has passed now. */
    int commit(String sequenceNumber) {
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).sequenceNumber().equals(sequenceNumber)) {
                committed = Math.max(committed, i + 1);
                return committed;
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
