package dev.tributary.projection;

import dev.tributary.model.TargetWrite;

/** The result of projecting a change. */
public sealed interface Projected {

    /** The change requires this write. */
    record Write(TargetWrite write) implements Projected {}

    /** The change requires no write. */
    record Nothing() implements Projected {}

    /**
     * The change cannot be projected and is parked.
     *
     * @param reason for operators, without values of the item
     */
    record Refused(String reason) implements Projected {}
}
