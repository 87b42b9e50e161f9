package dev.tributary.replication;

import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.projection.Projection;
import dev.tributary.table.BatchingTable;

/**
 * The replication of one source to one target.
 *
 * @param name {@code <source>.<route>}, as in the configuration
 * @param table identity of the target table
 * @param projection computes the write that a change asks of the target
 * @param deadLetters keeps the changes that the target can never take
 */
public record Route(
        String name, String table, Projection projection, BatchingTable target, ParkedItemIndex deadLetters) {

    /** The name of a route in logs, tables, metrics and commands: {@code <source>.<route>}. */
    public static String name(String source, String route) {
        return source + "." + route;
    }
}
