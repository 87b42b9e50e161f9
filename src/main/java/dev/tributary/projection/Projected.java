package dev.tributary.projection;

import dev.tributary.model.TargetWrite;

/** What a change asks of the target. */
public sealed interface Projected {

    /** This write. */
    record Write(TargetWrite write) implements Projected {}

    /** Nothing: neither image has a row. */
    record Nothing() implements Projected {}

    /**
     * What no target can give: the route says that such a change is to be parked.
     *
     * @param reason for people, without values of the item
     */
    record Refused(String reason) implements Projected {}
}
