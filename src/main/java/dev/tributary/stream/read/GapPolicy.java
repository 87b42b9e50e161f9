package dev.tributary.stream.read;

/** The policy for changes that the stream lost before they were read. Each gap is reported. */
public enum GapPolicy {
    /** Reading stops at the gap until an operator decides. */
    STOP,
    /** Reading continues with the oldest change in the stream. */
    CONTINUE,
    /** Reading continues likewise, and the daemon repairs the targets. */
    RESYNC;

    /** Whether reading passes gaps. */
    public boolean passes() {
        return this != STOP;
    }
}
