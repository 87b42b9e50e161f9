package dev.tributary.daemon.policy;

/** The programs that make calls. */
public enum Program {
    /** {@code tributary run}, and {@code tributary check}. */
    DAEMON,
    /** The commands of operators, from {@code status} to {@code backfill}. */
    COMMANDS
}
