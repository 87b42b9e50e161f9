package dev.tributary.inspect.plan;

import java.util.List;

/**
 * The estimate of the items of a source, from DynamoDB's count and a sample.
 *
 * @param source its name
 * @param table name of the table
 * @param items number of items: counted if the sample is whole, else by DescribeTable, which is up to six hours old
 * @param tableBytes size of the table, likewise
 * @param sampled items of the sample
 * @param itemBytes mean size of an item
 * @param largestItem in bytes
 * @param readUnits mean units of a consistent read of an item
 * @param shards number of shards that are read
 * @param shardsKnown whether that number is from the lease table, or else an estimate from the size of the table
 */
public record SourceEstimate(
        String source,
        String table,
        long items,
        long tableBytes,
        long sampled,
        boolean whole,
        double itemBytes,
        long largestItem,
        double readUnits,
        int shards,
        boolean shardsKnown,
        List<RouteEstimate> routes) {}
