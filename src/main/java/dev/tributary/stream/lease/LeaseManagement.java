package dev.tributary.stream.lease;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsLeaseManagementFactory;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.coordinator.StreamInfoManager;
import software.amazon.kinesis.leases.HierarchicalShardSyncer;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.ShardDetector;
import software.amazon.kinesis.leases.ShardSyncTaskManager;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseRefresher;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.metrics.MetricsScope;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/**
 * The adapter's lease management for all sources of a process: without its shard sync, which would look up one stream after
 * the other, and with a lease refresher that renews leases together and keeps those of unfinished shards.
 */
public final class LeaseManagement extends DynamoDBStreamsLeaseManagementFactory {

    private final LeaseOwnerships ownerships;
    private final SparingLeaseCalls calls;
    private final ExecutorService executor;
    private final SharedLeaseTable shared;
    private final Predicate<String> readHere;

    /**
     * @param readHere whether this process reads the shard of the lease with this key now
     */
    public LeaseManagement(
            AmazonDynamoDBStreamsAdapterClient client,
            LeaseManagementConfig leases,
            RetrievalConfig retrieval,
            LeaseOwnerships ownerships,
            SparingLeaseCalls calls,
            SharedLeaseTable shared,
            Predicate<String> readHere) {
        super(client, leases, retrieval);
        this.ownerships = ownerships;
        this.calls = calls;
        this.executor = leases.executorService();
        this.shared = shared;
        this.readHere = readHere;
    }

    /** KCL 3.4 and later call this overload, which the adapter does not know. */
    @Override
    public ShardSyncTaskManager createShardSyncTaskManager(
            MetricsFactory metrics,
            StreamConfig stream,
            DeletedStreamListProvider deletedStreams,
            @Nullable StreamInfoManager unused) {
        return new ShardSyncTaskManager(
                createShardDetector(stream),
                createLeaseRefresher(),
                stream.initialPositionInStreamExtended(),
                false,
                false,
                0,
                executor,
                new NoShardSync(),
                metrics);
    }

    @Override
    public DynamoDBLeaseRefresher createLeaseRefresher() {
        return new RetainingLeaseRefresher(this, ownerships, calls, shared, readHere);
    }

    /** Only creates the leases that follow a shard that has ended. */
    private static final class NoShardSync extends HierarchicalShardSyncer {
        @Override
        public boolean checkAndCreateLeaseForNewShards(
                ShardDetector detector,
                LeaseRefresher leases,
                InitialPositionInStreamExtended position,
                MetricsScope metrics,
                boolean ignoreUnexpectedChildShards,
                boolean empty) {
            return true;
        }
    }
}
