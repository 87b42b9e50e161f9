package dev.tributary.items;

/** Whether requests carry a key under which they take effect once. */
public enum IdempotencyPolicy {
    /** A key is refused, because the client would rely on what it does not get. */
    OFF,
    /** A key is optional. */
    OPTIONAL,
    /** A request without a key is refused. */
    REQUIRED
}
