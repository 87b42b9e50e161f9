/** Order and concurrency of asynchronous work: per key, in batches, within limits, and the checkpoint behind it. */
@NullMarked
package dev.tributary.ordering;

import org.jspecify.annotations.NullMarked;
