/** Puts the jobs on routes together from settings and tables, for the daemon and for commands. */
@NullMarked
package dev.tributary.daemon.jobs;

import org.jspecify.annotations.NullMarked;
