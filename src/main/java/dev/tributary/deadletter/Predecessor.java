package dev.tributary.deadletter;

/**
 * A dead letter that later changes of the same item have to wait behind.
 *
 * @param position of its first row
 */
public record Predecessor(String position) {}
