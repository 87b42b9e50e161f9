package dev.tributary.dynamo;

import dev.tributary.model.ItemKey;
import java.util.Optional;

/** The row belongs to another item, and the policy of the route keeps it. */
public final class CollisionException extends RuntimeException {

    private final String reason;

    /**
     * @param owner of the existing row; empty if the row names none
     */
    public CollisionException(Optional<ItemKey> owner) {
        this("the row under this key is another item's"
                + owner.map(item -> ": " + item).orElse(""));
    }

    private CollisionException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** The reason for people; names the owner by its checksum, as the log does. */
    String reason() {
        return reason;
    }
}
