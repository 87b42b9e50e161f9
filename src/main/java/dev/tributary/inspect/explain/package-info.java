/** What the replication makes of one item or one stream record, and why. */
@NullMarked
package dev.tributary.inspect.explain;

import org.jspecify.annotations.NullMarked;
