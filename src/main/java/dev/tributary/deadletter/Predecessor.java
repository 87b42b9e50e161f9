package dev.tributary.deadletter;

/**
 * A parked change of the same item that a change has to wait behind.
 *
 * @param position of a row of it
 */
public record Predecessor(String position) {}
