/** Guarded writes to target tables, single and in batches. */
@NullMarked
package dev.tributary.table;

import org.jspecify.annotations.NullMarked;
