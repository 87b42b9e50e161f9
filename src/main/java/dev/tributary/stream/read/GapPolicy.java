package dev.tributary.stream.read;

/** What happens where the stream has lost changes before they were read. Each gap is reported. */
public enum GapPolicy {
    /** Reading stops at the gap until an operator decides. */
    STOP,
    /** Reading goes on with the oldest change in the stream. */
    CONTINUE,
    /** The source is to be copied again; until then reading stops at the gap. */
    RESYNC
}
