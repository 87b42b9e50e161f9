package dev.tributary.deadletter;

import java.util.Optional;

/**
 * An item that has dead letters on a route.
 *
 * @param item the digest that identifies it within the table
 * @param changes number of its dead letters
 * @param first the oldest of them whose first row is complete; empty if there is none, because a person has edited the table
 */
public record ParkedItem(String item, int changes, Optional<DeadLetter> first) {}
