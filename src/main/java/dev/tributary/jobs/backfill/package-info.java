/** Writes the existing items of a source to the targets of its routes. */
@NullMarked
package dev.tributary.jobs.backfill;

import org.jspecify.annotations.NullMarked;
