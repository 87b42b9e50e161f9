package dev.tributary.table;

/** The row is another item's, and the route leaves it to that. */
final class CollisionException extends RuntimeException {

    static final String REASON = "the row under this key is another item's";

    CollisionException() {
        super(REASON, null, false, false);
    }
}
