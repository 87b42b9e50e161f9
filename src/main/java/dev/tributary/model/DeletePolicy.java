package dev.tributary.model;

/** What the removal of a source item does to its target row. */
public enum DeletePolicy {
    /** The row is deleted. */
    HARD,
    /** The row stays. */
    IGNORE,
    /** A tombstone takes the place of the row until it expires, so that late writers find the removal. */
    TOMBSTONE
}
