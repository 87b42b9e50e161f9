/** Jobs that an operator runs beside the daemon, with the same projection and the same guarded writes. */
@NullMarked
package dev.tributary.jobs;

import org.jspecify.annotations.NullMarked;
