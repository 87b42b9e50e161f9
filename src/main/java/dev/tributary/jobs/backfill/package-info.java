/** Bringing the items that a source has already to the targets of its routes. */
@NullMarked
package dev.tributary.jobs.backfill;

import org.jspecify.annotations.NullMarked;
