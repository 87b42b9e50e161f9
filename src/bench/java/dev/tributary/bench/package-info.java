/**
 * Measures a replication from end to end against DynamoDB Local, and beside it what the tables and the stream give at
 * most to a client without any of our guarantees. See {@link dev.tributary.bench.Benchmark}.
 */
@NullMarked
package dev.tributary.bench;

import org.jspecify.annotations.NullMarked;
