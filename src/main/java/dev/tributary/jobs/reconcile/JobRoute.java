package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.model.KeySchema;
import dev.tributary.projection.Projection;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.ExactWrites;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * A route with the tables and clients that a job uses.
 *
 * @param name {@code <source>.<route>}
 * @param identity of the source table, in the owners of rows
 * @param reads client of the source table
 * @param sourceTable name of the source table
 * @param sourceKey key of the source table
 * @param keepsRemoved whether the row of a removed item stays ({@code deletes = ignore})
 * @param targetReads client of the target table, for reads
 * @param targetTable name of the target table
 * @param target guarded writes; its client does not retry, because the answer of each attempt matters
 * @param exact writes to the same table
 */
public record JobRoute(
        String name,
        String identity,
        DynamoDbAsyncClient reads,
        String sourceTable,
        KeySchema sourceKey,
        Projection projection,
        boolean keepsRemoved,
        DynamoDbAsyncClient targetReads,
        String targetTable,
        BatchingTable target,
        ExactWrites exact) {

    /** Reads of source items by key. */
    KeyedReads sourceItems(PacedCalls calls) {
        return new KeyedReads(reads, sourceTable, sourceKey, calls);
    }

    /** Reads of target rows by key. */
    KeyedReads targetRows(PacedCalls calls) {
        return new KeyedReads(targetReads, targetTable, projection.targetKey(), calls);
    }
}
