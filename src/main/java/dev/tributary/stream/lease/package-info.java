/** Leases and the state that the workers of a source share. */
@NullMarked
package dev.tributary.stream.lease;

import org.jspecify.annotations.NullMarked;
