/** Workers, leases, progress, dead letters and gaps of the sources, from their tables alone. */
@NullMarked
package dev.tributary.inspect.status;

import org.jspecify.annotations.NullMarked;
