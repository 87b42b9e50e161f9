package dev.tributary.replication;

/** Whether this worker may still write on account of its shard. */
@FunctionalInterface
public interface Fence {

    /** False once the lease could have expired before a write that starts now has ended. Cheap; safe for any thread. */
    boolean holds();

    /**
     * True once this worker will never write again on account of its shard. A fence that neither holds nor is lost may
     * open again, with a renewal that came late. Cheap; safe for any thread.
     */
    default boolean lost() {
        return !holds();
    }
}
