package dev.tributary.replication;

import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.projection.Projection;
import dev.tributary.table.BatchingTable;

/**
 * One way from a source to a target.
 *
 * @param name {@code <source>.<route>}, as in the configuration
 * @param projection what a change asks of the target
 * @param target the target
 * @param deadLetters where changes go that the target can never take
 */
public record Route(String name, Projection projection, BatchingTable target, ParkedItemIndex deadLetters) {}
