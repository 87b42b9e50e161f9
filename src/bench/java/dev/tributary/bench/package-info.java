/**
 * Measures a replication from end to end on DynamoDB Local, and for comparison the highest rates of tables and stream for a
 * client without our guarantees. See {@link dev.tributary.bench.Benchmark}.
 */
@NullMarked
package dev.tributary.bench;

import org.jspecify.annotations.NullMarked;
