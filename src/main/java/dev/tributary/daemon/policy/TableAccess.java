package dev.tributary.daemon.policy;

import java.util.Optional;
import java.util.SortedSet;

/**
 * The actions that are needed on a table, on its indexes or on its streams.
 *
 * @param region of the table; empty if the SDK's provider chain decides
 * @param account of the table; empty if it is not configured
 * @param role through which the table is used; empty for the role of the program
 * @param resource the part of the ARN behind {@code table/}: {@code users}, {@code users/stream/*}
 * @param actions names of operations, such as {@code GetItem}
 */
public record TableAccess(
        Optional<String> region,
        Optional<String> account,
        Optional<String> role,
        String resource,
        SortedSet<String> actions) {}
