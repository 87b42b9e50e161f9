package dev.tributary.replication;

import java.time.Instant;

/**
 * Where a change stands in its shard.
 *
 * @param createdAt when the change was made, by the clock of the source
 * @param takenAt when the pipeline took it, by the monotonic clock of this process
 */
record ChangePosition(String sequenceNumber, Instant createdAt, long takenAt) {}
