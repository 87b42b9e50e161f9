package dev.tributary.deadletter;

import java.util.Optional;

/**
 * An item that has parked changes on a route.
 *
 * @param item its identity within the table, a digest of its key
 * @param changes how many
 * @param first the oldest change; empty where no row of it tells of its change any more, which takes somebody who edits the table
 */
public record ParkedItem(String item, int changes, Optional<DeadLetter> first) {}
