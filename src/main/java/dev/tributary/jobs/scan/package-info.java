/** Reads whole tables, or a sample of one, within given units of capacity. */
@NullMarked
package dev.tributary.jobs.scan;

import org.jspecify.annotations.NullMarked;
