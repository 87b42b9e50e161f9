package dev.tributary.replication;

import java.time.Instant;

/**
 * The position of a change in its shard.
 *
 * @param createdAt when the change was made, by DynamoDB's clock
 * @param takenAt when the pipeline took the change, in nanoseconds of the monotonic clock
 */
record ChangePosition(String sequenceNumber, Instant createdAt, long takenAt) {}
