/** How far reading is behind: times of reads and of changes that ended, the lag, and what stands still. */
@NullMarked
package dev.tributary.stream.lag;

import org.jspecify.annotations.NullMarked;
