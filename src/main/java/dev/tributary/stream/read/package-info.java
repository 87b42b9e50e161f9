/** Reading shards: the data fetcher, its memory, and stream records as changes. */
@NullMarked
package dev.tributary.stream.read;

import org.jspecify.annotations.NullMarked;
