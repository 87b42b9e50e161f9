package dev.tributary.replication;

/** Whether this worker may still write on account of its shard. */
@FunctionalInterface
public interface Fence {

    /** False once the lease could have expired before a write that starts now has ended. Cheap; safe for any thread. */
    boolean holds();
}
