/** Reads shards: the data fetcher, its memory budget, and the decoding of stream records to changes. */
@NullMarked
package dev.tributary.stream.read;

import org.jspecify.annotations.NullMarked;
