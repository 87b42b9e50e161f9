package dev.tributary.replication;

/** Decides whether this worker may still write changes of a shard. Methods do not block and are safe for any thread. */
@FunctionalInterface
public interface Fence {

    /** Whether a call may start now: false if another worker could get the lease before the call ends. */
    boolean holds();

    /**
     * Whether this worker can never write changes of the shard again. A fence that neither holds nor is lost may open
     * again with a late renewal.
     */
    default boolean lost() {
        return !holds();
    }

    /** Whether no more changes may be taken. Those taken before may be written while the fence holds. */
    default boolean draining() {
        return lost();
    }

    /**
     * Begins an attempt, which may make several calls. It counts as in flight until {@link #end}.
     *
     * @return false, and no attempt has begun, if no call may start now
     */
    default boolean begin() {
        return holds();
    }

    /** Ends an attempt for which {@link #begin} returned true. */
    default void end() {}
}
