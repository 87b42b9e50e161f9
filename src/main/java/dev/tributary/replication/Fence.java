package dev.tributary.replication;

/** Whether this worker may still write on account of its shard. Every method is cheap and safe for any thread. */
@FunctionalInterface
public interface Fence {

    /** False once the lease could pass to another worker before a call that starts now has ended. */
    boolean holds();

    /**
     * True once this worker will never write again on account of its shard. A fence that neither holds nor is lost may
     * open again, with a renewal that came late.
     */
    default boolean lost() {
        return !holds();
    }

    /** True once no change may be taken any more. Those taken may still be written for as long as the fence holds. */
    default boolean draining() {
        return lost();
    }

    /**
     * Begins an attempt, of one call or several. The attempt counts as in flight until {@link #end}.
     *
     * @return false, and nothing has begun, if no call may start now
     */
    default boolean begin() {
        return holds();
    }

    /** Ends an attempt that {@link #begin} has begun. */
    default void end() {}
}
