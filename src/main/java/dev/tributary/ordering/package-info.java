/** Order and concurrency of asynchronous work: per key, in batches, within limits, at intervals, and the checkpoint behind it. */
@NullMarked
package dev.tributary.ordering;

import org.jspecify.annotations.NullMarked;
