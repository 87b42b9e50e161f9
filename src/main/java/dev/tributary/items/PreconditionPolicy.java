package dev.tributary.items;

/** Whether an existing item may be written without naming its version. */
public enum PreconditionPolicy {
    /** It may. */
    OPTIONAL,
    /** Only a request that names the version it read may. */
    REQUIRED
}
