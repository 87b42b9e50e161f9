package dev.tributary.dynamo;

import dev.tributary.model.ItemKey;
import java.util.Optional;

/** The row is another item's, and the route leaves it to that. */
public final class CollisionException extends RuntimeException {

    private final String reason;

    /**
     * @param owner of the row that is there; empty if it names none
     */
    public CollisionException(Optional<ItemKey> owner) {
        this("the row under this key is another item's"
                + owner.map(item -> ": " + item).orElse(""));
    }

    private CollisionException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** For people; the owner is named as in the log, by its checksum. */
    String reason() {
        return reason;
    }
}
