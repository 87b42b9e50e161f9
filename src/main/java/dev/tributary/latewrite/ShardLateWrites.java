package dev.tributary.latewrite;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * One tenure of a shard in the table for late writes: taken before anything is written for the shard, and released when no
 * call and no change of it is open. Safe for any thread.
 */
public final class ShardLateWrites {

    private final LateWrites source;
    private final String shard;

    /** Identifies this tenure: a late call of an earlier one must not release this one. */
    private final String holder = UUID.randomUUID().toString();

    private volatile boolean taken;

    ShardLateWrites(LateWrites source, String shard) {
        this.source = source;
        this.shard = shard;
    }

    /** The late writes of all shards of the source. */
    public LateWrites source() {
        return source;
    }

    /**
     * Records that this worker owns the shard. If the last owner did not release it, calls of that owner may be in flight,
     * and this is announced to the other workers. May be repeated; a repetition expects late writes for longer, never for
     * less.
     */
    public CompletableFuture<Void> take() {
        return source.take(shard, holder).thenRun(() -> taken = true);
    }

    /** Records that this worker has released the shard; no effect if it never took it. */
    public CompletableFuture<Void> release() {
        return taken ? source.release(shard, holder) : CompletableFuture.completedFuture(null);
    }
}
