/** Jobs beside replication, with the same projection and the same guarded writes: redrive here. Also the pauses of routes. */
@NullMarked
package dev.tributary.jobs;

import org.jspecify.annotations.NullMarked;
