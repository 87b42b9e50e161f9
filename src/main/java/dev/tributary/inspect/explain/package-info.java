/** Explains the writes of each route for one item or one stream record. */
@NullMarked
package dev.tributary.inspect.explain;

import org.jspecify.annotations.NullMarked;
