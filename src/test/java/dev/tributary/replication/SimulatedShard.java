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

    /** Time of the owner's last write, as the leader sees it. */
    private long renewedAt;

    /** Incremented by each such write. */
    private long counter;

    /** Time since when the lease is to be handed over; negative if it is not. */
    private long handOverSince = -1;

    private int committed;

    /** The most that anybody has read: what the lease table has is not lost. */
    private int read;

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

    /** The worker that took the lease last and has not released it. */
    @Nullable SimulatedWorker owner() {
        return owner;
    }

    void assign(@Nullable SimulatedWorker worker, long now) {
        owner = worker;
        renewedAt = now;
        counter++;
        handOverSince = -1;
    }

    /** The leader requests a hand-over. */
    void handOver(long now) {
        if (handOverSince < 0) {
            handOverSince = now;
        }
    }

    boolean isHandedOver() {
        return handOverSince >= 0;
    }

    /** Whether a worker may take the lease: it has expired, or its hand-over has timed out. */
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
     * Writes the row on the condition that no other worker has written it since.
     *
     * @param known the counter that the worker knows; if its last write was not answered, it detects that it took effect
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

    /** The checkpoint, read from the lease table. */
    int readCheckpoint() {
        read = committed;
        return committed;
    }

    /** Advances the checkpoint, and returns the number of records that it has passed. */
    int commit(String sequenceNumber) {
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).sequenceNumber().equals(sequenceNumber)) {
                committed = Math.max(committed, i + 1);
                return committed;
            }
        }
        throw new AssertionError("a checkpoint at " + sequenceNumber + ", which is not in the shard");
    }

    /** Resets the checkpoint, as if the newest had not reached the lease table. */
    void forgetCheckpoints(int kept) {
        committed = Math.max(kept, read);
    }

    void end() {
        ended = true;
        owner = null;
    }

    boolean isEnded() {
        return ended;
    }
}
