package dev.tributary.items;

/** Whether an existing item may be written without naming its version. */
public enum PreconditionPolicy {
    /** Without a precondition, whatever its version is. */
    OPTIONAL,
    /** Only by a request that names the version that it read. */
    REQUIRED
}
