package dev.tributary.items;

/** Whether requests carry a key under which they take effect once. */
public enum IdempotencyPolicy {
    /** They must not: a client that relies on a key is not let down in silence. */
    OFF,
    /** They may. */
    OPTIONAL,
    /** They must. */
    REQUIRED
}
