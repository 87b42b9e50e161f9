package dev.tributary.stream;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsConsumerTaskFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.StreamsSchedulerFactory;
import dev.tributary.stream.lease.LeaseKey;
import dev.tributary.stream.lease.LeaseManagement;
import dev.tributary.stream.lease.LeaseOwnerships;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SharedLeaseTable;
import dev.tributary.stream.lease.SparingLeaseCalls;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.coordinator.SchedulerCoordinatorFactory;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;
import software.amazon.kinesis.leases.LeaseAssignmentStrategy;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.lifecycle.ConsumerTask;
import software.amazon.kinesis.lifecycle.ShardConsumer;
import software.amazon.kinesis.lifecycle.ShardConsumerArgument;
import software.amazon.kinesis.lifecycle.TaskResult;
import software.amazon.kinesis.lifecycle.TaskType;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.processor.StreamTracker;
import software.amazon.kinesis.retrieval.RecordsPublisher;
import software.amazon.kinesis.retrieval.RetrievalFactory;

/**
 * Assembles the KCL scheduler of a lease table. KCL reads all sources as one stream whose shards are those of all sources;
 * see {@link LeaseKey}.
 *
 * <p>It replaces the adapter's factory, which does not start on KCL 3.5 and waits a minute at every first start.
 *
 * @param leaseClient client of the lease table
 * @param shared the lease table, as the sources use it too
 * @param ownerships updated with every renewal, and checked before a lease passes to another worker
 */
record SchedulerFactory(
        DynamoDbAsyncClient leaseClient,
        String leaseTable,
        SharedLeaseTable shared,
        LeaseTimings timings,
        String worker,
        LeaseOwnerships ownerships,
        MeterRegistry registry,
        InstantSource clock) {

    /** The stream that KCL takes all sources for: no such stream exists, and none of KCL's parts look it up. */
    private static final String ALL_SOURCES =
            "arn:aws:dynamodb:us-east-1:000000000000:table/tributary/stream/2000-01-01T00:00:00.000";

    /** Interval of KCL's dispatch loop; short, because a start, a stop and a new shard each take several rounds. */
    private static final long DISPATCH_MILLIS = 100;

    /** KCL renews a quarter of this number at the same time, which then share a call. */
    private static final int RENEWALS = 100;

    private static final long PARENT_SHARD_MILLIS = 1_000;

    /** KCL's shard sync does nothing here. */
    private static final Duration SHARD_AUDIT = Duration.ofDays(1);

    private static final long STREAM_INFO_MILLIS = 60_000;

    /** A scheduler, and the filter of its calls to the lease table. */
    record Assembly(Scheduler scheduler, SparingLeaseCalls calls) {}

    /**
     * Assembles a scheduler that has not started.
     *
     * @param readHere whether this process reads the shard of the lease with this key now
     * @param readers creates the reader of a shard from the key of its lease
     */
    Assembly assemble(
            Predicate<String> readHere,
            Function<String, RecordsPublisher> readers,
            ShardRecordProcessorFactory processors,
            WorkerStateChangeListener listener) {
        var adapter = new AmazonDynamoDBStreamsAdapterClient(new UnusedStreams(), Region.US_EAST_1);
        StreamTracker tracker = StreamsSchedulerFactory.createSingleStreamTracker(
                ALL_SOURCES, InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        var calls = new SparingLeaseCalls(leaseClient, worker, timings, clock, System::nanoTime);
        // Each method of the builder returns a new object at every call, so each is called once.
        ConfigsBuilder configs = new ConfigsBuilder(
                tracker, leaseTable, adapter, calls.client(), new UnusedCloudWatch(), worker, processors);

        var retrieval = configs.retrievalConfig().retrievalFactory(new Readers(readers));

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
        LeaseManagement leases =
                new LeaseManagement(adapter, leaseConfig, retrieval, ownerships, calls, shared, readHere);
        leaseConfig.leaseManagementFactory(leases);
        leaseConfig.consumerTaskFactory(new SourceTasks());
        leaseConfig.shardSyncIntervalMillis(STREAM_INFO_MILLIS);

        Scheduler scheduler = new Scheduler(
                configs.checkpointConfig().checkpointFactory(HeldCheckpoints::new),
                coordinator,
                leaseConfig,
                configs.lifecycleConfig(),
                configs.metricsConfig().metricsFactory(new KclMetrics(registry)),
                configs.processorConfig().callProcessRecordsEvenForEmptyRecordList(true),
                retrieval);
        return new Assembly(scheduler, calls);
    }

    private void configure(LeaseManagementConfig leases) {
        leases.failoverTimeMillis(timings.lease().toMillis());
        // KCL takes a parent whose lease it does not find for one that was read to its end.
        leases.consistentReads(true);
        leases.maxLeaseRenewalThreads(RENEWALS);
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

    private static final class Readers implements RetrievalFactory {

        private final Function<String, RecordsPublisher> readers;

        private Readers(Function<String, RecordsPublisher> readers) {
            this.readers = readers;
        }

        @Override
        public RecordsPublisher createGetRecordsCache(ShardInfo shard, StreamConfig stream, MetricsFactory metrics) {
            return readers.apply(shard.shardId());
        }
    }

    /**
     * A processor learns for which acquisition of its lease it is, and when KCL is done with its shard. The leases that follow
     * an ended shard are of its source.
     */
    private static final class SourceTasks extends DynamoDBStreamsConsumerTaskFactory {
        @Override
        public ConsumerTask createInitializeTask(ShardConsumerArgument argument) {
            ((RoutedProcessor) argument.shardRecordProcessor())
                    .acquiredWith(argument.shardInfo().concurrencyToken());
            return super.createInitializeTask(argument);
        }

        @Override
        public ConsumerTask createShutdownTask(
                ShardConsumerArgument argument, ShardConsumer consumer, @Nullable ProcessRecordsInput input) {
            return new LastTask(
                    shutdownTask(argument, consumer, input), (RoutedProcessor) argument.shardRecordProcessor());
        }

        private ConsumerTask shutdownTask(
                ShardConsumerArgument argument, ShardConsumer consumer, @Nullable ProcessRecordsInput input) {
            if (input == null || input.childShards() == null) {
                return super.createShutdownTask(argument, consumer, input);
            }
            String source =
                    LeaseKey.parse(argument.shardInfo().shardId()).orElseThrow().source();
            List<ChildShard> children = input.childShards().stream()
                    .map(child -> child.toBuilder()
                            .shardId(new LeaseKey(source, child.shardId()).text())
                            .parentShards(child.parentShards().stream()
                                    .map(parent -> new LeaseKey(source, parent).text())
                                    .toList())
                            .build())
                    .toList();
            return super.createShutdownTask(
                    argument, consumer, input.toBuilder().childShards(children).build());
        }
    }

    /** The adapter does not tell the processor of the end of a shard if that is in the lease table already. */
    private record LastTask(ConsumerTask task, RoutedProcessor processor) implements ConsumerTask {
        @Override
        public TaskResult call() {
            TaskResult result = task.call();
            if (result.getException() == null) {
                processor.end();
            }
            return result;
        }

        @Override
        public TaskType taskType() {
            return task.taskType();
        }
    }

    /**
     * KCL's threads for shards end a minute after their last task; a shard without changes has a short task now and then.
     */
    private static final class BriefThreads extends SchedulerCoordinatorFactory {
        @Override
        public ExecutorService createExecutorService() {
            ExecutorService threads = super.createExecutorService();
            ((ThreadPoolExecutor) threads).setKeepAliveTime(1, TimeUnit.SECONDS);
            return threads;
        }
    }

    /** KCL requires a client; our fetchers read the streams. */
    private static final class UnusedStreams implements DynamoDbStreamsClient {
        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    /** KCL requires a client; its metrics go to {@link KclMetrics} instead. */
    private static final class UnusedCloudWatch implements CloudWatchAsyncClient {
        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
