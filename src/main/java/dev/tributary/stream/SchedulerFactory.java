package dev.tributary.stream;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsConsumerTaskFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.StreamsSchedulerFactory;
import dev.tributary.stream.lease.LeaseManagement;
import dev.tributary.stream.lease.LeaseOwnerships;
import dev.tributary.stream.lease.LeaseTable;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceStream;
import dev.tributary.stream.lease.SparingLeaseCalls;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.coordinator.SchedulerCoordinatorFactory;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;
import software.amazon.kinesis.leases.LeaseAssignmentStrategy;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.processor.StreamTracker;
import software.amazon.kinesis.retrieval.RetrievalFactory;

/**
 * Assembles a KCL scheduler for one DynamoDB stream.
 *
 * <p>It replaces the adapter's factory, which does not start on KCL 3.5 and waits a minute at every first start.
 *
 * @param leaseClient client of the lease table
 * @param streamsClient client of the stream, for the adapter
 * @param ownerships updated with every renewal, and checked before a lease passes to another worker
 */
record SchedulerFactory(
        DynamoDbAsyncClient leaseClient,
        DynamoDbStreamsClient streamsClient,
        LeaseTimings timings,
        String worker,
        LeaseOwnerships ownerships,
        InstantSource clock) {

    /** Interval of KCL's dispatch loop; short, because a start, a stop and a new shard each take several rounds. */
    private static final long DISPATCH_MILLIS = 100;

    private static final long PARENT_SHARD_MILLIS = 1_000;
    private static final Duration SHARD_AUDIT = Duration.ofSeconds(30);
    private static final long STREAM_INFO_MILLIS = 60_000;

    /** A scheduler, and the lease management that created its leases. */
    record Assembly(Scheduler scheduler, LeaseManagement leases) {}

    /**
     * Creates the first leases, and assembles a scheduler that has not started.
     *
     * @param leaseTable of this source only
     * @param newStream whether the leases in the table are another stream's
     */
    Assembly assemble(
            SourceStream stream,
            String leaseTable,
            boolean newStream,
            RetrievalFactory readers,
            ShardRecordProcessorFactory processors,
            WorkerStateChangeListener listener) {
        var adapter = new AmazonDynamoDBStreamsAdapterClient(streamsClient, Region.US_EAST_1);
        StreamTracker tracker = StreamsSchedulerFactory.createSingleStreamTracker(
                stream.arn(), InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        var calls = new SparingLeaseCalls(leaseClient, worker, timings, clock, System::nanoTime);
        // Each method of the builder returns a new object at every call, so each is called once.
        ConfigsBuilder configs = new ConfigsBuilder(
                tracker, leaseTable, adapter, calls.client(), new UnusedCloudWatch(), worker, processors);

        var retrieval = configs.retrievalConfig().retrievalFactory(readers);

        var coordinator = configs.coordinatorConfig();
        coordinator.shardConsumerDispatchPollIntervalMillis(DISPATCH_MILLIS);
        coordinator.parentShardPollIntervalMillis(PARENT_SHARD_MILLIS);
        coordinator.skipShardSyncAtWorkerInitializationIfLeasesExist(true);
        coordinator.workerStateChangeListener(listener);
        coordinator.coordinatorFactory(new BriefThreads());

        LeaseManagementConfig leaseConfig = configs.leaseManagementConfig();
        configure(leaseConfig);
        // 0 while the factory copies it, or the first shard sync sleeps that long; KCL's timer reads it afterwards.
        leaseConfig.shardSyncIntervalMillis(0);
        LeaseManagement leases = new LeaseManagement(adapter, leaseConfig, retrieval, ownerships, calls);
        leaseConfig.leaseManagementFactory(leases);
        leaseConfig.consumerTaskFactory(new DynamoDBStreamsConsumerTaskFactory());
        leaseConfig.shardSyncIntervalMillis(STREAM_INFO_MILLIS);

        LeaseTable.fill(leaseTable, leases, tracker.streamConfigList().get(0), newStream);
        Scheduler scheduler = new Scheduler(
                configs.checkpointConfig(),
                coordinator,
                leaseConfig,
                configs.lifecycleConfig(),
                configs.metricsConfig().metricsFactory(new NullMetricsFactory()),
                configs.processorConfig().callProcessRecordsEvenForEmptyRecordList(true),
                retrieval);
        return new Assembly(scheduler, leases);
    }

    private void configure(LeaseManagementConfig leases) {
        leases.failoverTimeMillis(timings.lease().toMillis());
        leases.leaseAssignmentIntervalMillis(timings.assignment().toMillis());
        leases.leaseAssignmentStrategy(LeaseAssignmentStrategy.LEASE_COUNT_BASED);
        leases.leasesRecoveryAuditorExecutionFrequencyMillis(SHARD_AUDIT.toMillis());
        leases.leasesRecoveryAuditorInconsistencyConfidenceThreshold(0);
        leases.dynamoDbLockBasedLeaderLeaseDurationInMillis(timings.leaderLock().toMillis());
        leases.dynamoDbLockBasedLeaderHeartbeatPeriodInMillis(
                timings.leaderHeartbeat().toMillis());
        leases.gracefulLeaseHandoffConfig()
                .gracefulLeaseHandoffTimeoutMillis(timings.handOver().toMillis());
        // Disabled, or KCL reads the machine's CPU from the EC2 metadata address.
        leases.workerUtilizationAwareAssignmentConfig().disableWorkerMetrics(true);
        leases.workerUtilizationAwareAssignmentConfig()
                .workerMetricsReporterFreqInMillis(timings.workerReport().toMillis());
        leases.workerUtilizationAwareAssignmentConfig().inMemoryWorkerMetricsCaptureFrequencyMillis(100);
    }

    /** KCL's threads for shards live a minute after their last task; a shard that rests has a short task now and then. */
    private static final class BriefThreads extends SchedulerCoordinatorFactory {
        @Override
        public ExecutorService createExecutorService() {
            ExecutorService threads = super.createExecutorService();
            ((ThreadPoolExecutor) threads).setKeepAliveTime(1, TimeUnit.SECONDS);
            return threads;
        }
    }

    /** KCL requires a client; without its metrics it never calls it. */
    private static final class UnusedCloudWatch implements CloudWatchAsyncClient {
        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
