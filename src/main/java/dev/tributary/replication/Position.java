package dev.tributary.replication;

import java.time.Instant;

/** Where a change stands in its shard, and when it was made. */
record Position(String sequenceNumber, Instant createdAt) {}
