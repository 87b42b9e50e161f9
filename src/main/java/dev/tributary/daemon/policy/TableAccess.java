package dev.tributary.daemon.policy;

import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The actions that are needed on a table, on its indexes or on its streams.
 *
 * @param region of the table; empty if the SDK's provider chain decides
 * @param resource the part of the ARN behind {@code table/}: {@code users}, {@code users/stream/*}
 * @param actions names of operations, such as {@code GetItem}
 */
public record TableAccess(Optional<String> region, String resource, SortedSet<String> actions) {

    TableAccess(Optional<String> region, String resource, Collection<String> actions) {
        this(region, resource, new TreeSet<>(actions));
    }
}
