/** The tables of a configuration: clients, checks before the start, and the tables that the daemon creates for itself. */
@NullMarked
package dev.tributary.daemon.tables;

import org.jspecify.annotations.NullMarked;
