package dev.tributary.stream.lease;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsLeaseManagementFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.coordinator.StreamInfoManager;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.ShardSyncTaskManager;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseRefresher;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/**
 * The adapter's lease management, adapted to KCL 3.4 and later.
 *
 * <p>KCL gets its shard syncer from an overload that the adapter does not override, so it would get the one for Kinesis,
 * which takes DynamoDB's shards for holes in a hash range. The lease refresher keeps the leases of unfinished shards.
 */
public final class LeaseManagement extends DynamoDBStreamsLeaseManagementFactory {

    private final LeaseOwnerships ownerships;
    private final SparingLeaseCalls calls;

    public LeaseManagement(
            AmazonDynamoDBStreamsAdapterClient client,
            LeaseManagementConfig leases,
            RetrievalConfig retrieval,
            LeaseOwnerships ownerships,
            SparingLeaseCalls calls) {
        super(client, leases, retrieval);
        this.ownerships = ownerships;
        this.calls = calls;
    }

    @Override
    public ShardSyncTaskManager createShardSyncTaskManager(
            MetricsFactory metrics,
            StreamConfig stream,
            DeletedStreamListProvider deletedStreams,
            @Nullable StreamInfoManager unused) {
        return createShardSyncTaskManager(metrics, stream, deletedStreams);
    }

    @Override
    public DynamoDBLeaseRefresher createLeaseRefresher() {
        return new RetainingLeaseRefresher(this, ownerships, calls);
    }
}
