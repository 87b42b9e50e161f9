/** One task at a time per key, and the highest contiguous completion. Knows nothing of DynamoDB. */
@NullMarked
package dev.tributary.ordering;

import org.jspecify.annotations.NullMarked;
