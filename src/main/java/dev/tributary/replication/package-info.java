/** Replicates the changes of one shard to all its targets, each to its end or to the loss of the lease. */
@NullMarked
package dev.tributary.replication;

import org.jspecify.annotations.NullMarked;
