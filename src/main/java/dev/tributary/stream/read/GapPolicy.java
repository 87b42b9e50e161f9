package dev.tributary.stream.read;

/** What happens where the stream has lost changes before they were read. Each gap is reported. */
public enum GapPolicy {
    /** Reading stops at the gap until an operator decides. */
    STOP,
    /** Reading goes on with the oldest change in the stream. */
    CONTINUE,
    /** Reading goes on likewise, and the daemon repairs the targets. */
    RESYNC;

    /** Whether reading passes gaps. */
    public boolean passes() {
        return this != STOP;
    }
}
