/** From the changes of one shard to writes that are all accounted for. */
@NullMarked
package dev.tributary.replication;

import org.jspecify.annotations.NullMarked;
