/** Late writes: removals are repeated until no write that was given up can arrive any more. */
@NullMarked
package dev.tributary.latewrite;

import org.jspecify.annotations.NullMarked;
