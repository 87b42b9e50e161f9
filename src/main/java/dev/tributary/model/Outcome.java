package dev.tributary.model;

/** How a change ended on a route. Each of these lets the checkpoint pass it. */
public enum Outcome {
    /** The target holds what the change asked for. */
    APPLIED,
    /** The target already holds something newer, or a row that another item owns. */
    SUPERSEDED,
    /**
     * The same, but the target's row is the item's own, and older although its version is later: nothing of the item
     * reaches the target any more.
     */
    REGRESSED,
    /** The route has nothing to write for the change. */
    FILTERED,
    /** The target can never take the change, or one of its item before it: it is kept as a dead letter. */
    PARKED
}
