package dev.tributary.model;

/** The result of a change on a route. Each allows the checkpoint to pass the change. */
public enum Outcome {
    /** The target holds the result of the change. */
    APPLIED,
    /** The target holds a newer row, or a row of another item. */
    SUPERSEDED,
    /**
     * The target's row of the item was written for an older change although its version is later: no change of the
     * item reaches the target any more.
     */
    REGRESSED,
    /** The route requires no write for the change. */
    FILTERED,
    /** The target can never take this change or an earlier one of its item: it is kept as a dead letter. */
    PARKED
}
