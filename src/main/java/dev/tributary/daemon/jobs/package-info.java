/** Composes the jobs on routes from settings and tables, for the daemon and for commands. */
@NullMarked
package dev.tributary.daemon.jobs;

import org.jspecify.annotations.NullMarked;
