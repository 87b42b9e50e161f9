package dev.tributary.inspect;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.LeaseTimings;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * A source and the access to its tables.
 *
 * @param place of the source table, for messages
 * @param client of the source table
 * @param own client of the daemon's tables for the source, such as its lease table
 * @param streams returns a client for its stream, by the ARN that DescribeTable gives
 * @param leaseTable in which the workers share the shards of the source
 * @param identity returns the identity of the source table in the rows of its targets
 */
public record InspectedSource(
        String name,
        SourceSettings settings,
        String place,
        DynamoDbAsyncClient client,
        DynamoDbAsyncClient own,
        Supplier<DynamoDbStreamsClient> streams,
        String leaseTable,
        LeaseTimings timings,
        Function<DescribedTable, String> identity,
        List<InspectedRoute> routes) {}
