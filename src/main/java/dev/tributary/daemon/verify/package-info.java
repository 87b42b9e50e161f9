/** The verification of routes: from a configuration and its tables, for commands and for the daemon. */
@NullMarked
package dev.tributary.daemon.verify;

import org.jspecify.annotations.NullMarked;
