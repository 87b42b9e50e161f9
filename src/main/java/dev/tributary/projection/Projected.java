package dev.tributary.projection;

import dev.tributary.model.TargetWrite;

/** The result of projecting a change. */
public sealed interface Projected {

    /**
     * The change makes this write.
     *
     * @param unchanged whether the item had this very row before the change. Such a write is made only where the target
     *     may lack the row, as in a redrive
     */
    record Write(TargetWrite write, boolean unchanged) implements Projected {

        /** A write that changes the target. */
        public Write(TargetWrite write) {
            this(write, false);
        }
    }

    /** The change requires no write. */
    record Nothing() implements Projected {}

    /**
     * The change cannot be projected and is parked.
     *
     * @param reason for operators, without values of the item
     */
    record Refused(String reason) implements Projected {}
}
