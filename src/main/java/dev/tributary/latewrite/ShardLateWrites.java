package dev.tributary.latewrite;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * One holding of a shard, as far as late writes go. Taken before anything is written on account of the shard, released
 * when no call and no change of it is open. Safe for any thread.
 */
public final class ShardLateWrites {

    private final LateWrites source;
    private final String shard;

    /** Names this holding and no other: a late call of an earlier one must not be taken for a call of this one. */
    private final String holder = UUID.randomUUID().toString();

    private volatile boolean taken;

    ShardLateWrites(LateWrites source, String shard) {
        this.source = source;
        this.shard = shard;
    }

    /** Of all shards of the source. */
    public LateWrites source() {
        return source;
    }

    /**
     * Notes that the shard is held. Where its last holder did not release it, calls of that one may still be on their
     * way, and the other workers are told so. May be repeated; a repetition may find more reason for care, never less.
     */
    public CompletableFuture<Void> take() {
        return source.take(shard, holder).thenRun(() -> taken = true);
    }

    /** Notes that this worker has finished with the shard; nothing if it never took it. */
    public CompletableFuture<Void> release() {
        return taken ? source.release(shard, holder) : CompletableFuture.completedFuture(null);
    }
}
