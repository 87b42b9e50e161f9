/** Reads the stream of a source with KCL: scheduler, record processors, checks and stall detection. */
@NullMarked
package dev.tributary.stream;

import org.jspecify.annotations.NullMarked;
