package dev.tributary.stream;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.replication.CatchUp.Result;
import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.LeaseTable;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.read.StreamShards;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** A wait by the stream and the lease table, whose leases the test writes in place of workers. */
class StreamCatchUpTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofMinutes(2);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(2);
    private String users;
    private String leases;
    private String arn;
    private LeaseRows rows;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S", true);
        leases = users + "-leases";
        arn = dynamo.streamArn(users);
        LeaseTable.make(dynamo.asyncClient(), leases, "worker");
        rows = new LeaseRows(dynamo.asyncClient(), leases, "users");
        new SourceStateRow(dynamo.asyncClient(), leases, "users").begin(arn, "users", Instant.EPOCH, Optional.empty());
    }

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    private CompletableFuture<Result> await(Duration silence, Duration atMost) {
        return await(dynamo.streamsClient(), silence, atMost);
    }

    private CompletableFuture<Result> await(DynamoDbStreamsClient streams, Duration silence, Duration atMost) {
        return new StreamCatchUp(
                        streams,
                        dynamo.asyncClient(),
                        leases,
                        "users",
                        new StreamCatchUp.Timing(Duration.ZERO, Duration.ofMillis(20), silence, atMost),
                        executor,
                        System::nanoTime)
                .await();
    }

    private void put(String email) {
        dynamo.client().putItem(request -> request.tableName(users).item(Map.of("email", AttributeValue.fromS(email))));
    }

    private Shard shard() {
        return StreamShards.of(dynamo.streamsClient(), arn).orElseThrow().all().get(0);
    }

    private List<Record> records() {
        String iterator = dynamo.streamsClient()
                .getShardIterator(request -> request.streamArn(arn)
                        .shardId(shard().shardId())
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        return dynamo.streamsClient()
                .getRecords(request -> request.shardIterator(iterator))
                .records();
    }

    private void checkpoint(String sequenceNumber) {
        update("checkpoint", AttributeValue.fromS(sequenceNumber));
    }

    private void update(String attribute, AttributeValue value) {
        dynamo.client().updateItem(request -> request.tableName(leases)
                .key(Map.of("leaseKey", AttributeValue.fromS("users/" + shard().shardId())))
                .updateExpression("SET #name = :value")
                .expressionAttributeNames(Map.of("#name", attribute))
                .expressionAttributeValues(Map.of(":value", value)));
    }

    /** Renews the lease as a worker does. */
    private ScheduledFuture<?> renew() {
        long[] counter = {1};
        return executor.scheduleAtFixedRate(
                () -> update("leaseCounter", AttributeValue.fromN(Long.toString(counter[0]++))),
                0,
                20,
                TimeUnit.MILLISECONDS);
    }

    @Test
    void waitsForTheChangesMadeBeforeAndNoOthers() throws Exception {
        rows.create(List.of(shard()), null);
        put("one");
        put("two");
        CompletableFuture<Result> wait = await(LONG, LONG);
        List<Record> records = records();
        checkpoint(records.get(0).dynamodb().sequenceNumber());
        CompletableFuture<Result> behind = await(LONG, Duration.ofMillis(300));
        assertThat(behind.get(30, SECONDS)).isEqualTo(Result.BEHIND);
        assertThat(wait).isNotDone();
        put("three");
        checkpoint(records.get(1).dynamodb().sequenceNumber());
        assertThat(wait.get(30, SECONDS)).isEqualTo(Result.CAUGHT_UP);
    }

    @Test
    void aShardWithoutALeaseHoldsUpUntilItHasBeenRead() throws Exception {
        put("one");
        assertThat(await(LONG, Duration.ofMillis(200)).get(30, SECONDS)).isEqualTo(Result.BEHIND);
        rows.create(List.of(shard()), null);
        rows.end(shard().shardId());
        assertThat(await(LONG, LONG).get(30, SECONDS)).isEqualTo(Result.CAUGHT_UP);
    }

    /** Nobody can read what it had any more: with `gaps = stop` its lease stays as it is. */
    @Test
    void aShardThatTheStreamNoLongerHasIsNotWaitedFor() throws Exception {
        Shard gone =
                Shard.builder().shardId("shardId-00000000000000000001-gone").build();
        rows.create(List.of(shard(), gone), null);
        put("one");
        checkpoint(records().get(0).dynamodb().sequenceNumber());
        assertThat(await(LONG, LONG).get(30, SECONDS)).isEqualTo(Result.CAUGHT_UP);
    }

    @Test
    void leasesThatNobodyRenewsMeanThatThereIsNoWorker() throws Exception {
        rows.create(List.of(shard()), null);
        put("one");
        assertThat(await(Duration.ofMillis(200), LONG).get(30, SECONDS)).isEqualTo(Result.NO_WORKER);
        ScheduledFuture<?> renewals = renew();
        assertThat(await(Duration.ofMillis(500), Duration.ofMillis(1_500)).get(30, SECONDS))
                .isEqualTo(Result.BEHIND);
        renewals.cancel(false);
    }

    /** Others read the shard too, and iterators expire. */
    @Test
    void callsOfTheStreamThatFailForAMomentAreRepeated() throws Exception {
        rows.create(List.of(shard()), null);
        put("one");
        checkpoint(records().get(0).dynamodb().sequenceNumber());
        Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>(List.of(
                LimitExceededException.builder()
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("LimitExceededException")
                                .build())
                        .statusCode(400)
                        .build(),
                ExpiredIteratorException.builder().build(),
                ResourceNotFoundException.builder().build()));
        assertThat(await(new FailingStreams(failures), LONG, LONG).get(30, SECONDS))
                .isEqualTo(Result.CAUGHT_UP);
        assertThat(failures).isEmpty();

        Queue<RuntimeException> denied = new ConcurrentLinkedQueue<>(List.of(DynamoDbException.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("AccessDeniedException")
                        .build())
                .statusCode(400)
                .build()));
        assertThat(await(new FailingStreams(denied), LONG, LONG)).failsWithin(Duration.ofSeconds(30));
    }

    @Test
    void aStreamThatIsGoneHasNoWorker() throws Exception {
        rows.create(List.of(shard()), null);
        put("one");
        DynamoDbStreamsClient gone = new FailingStreams(new ConcurrentLinkedQueue<>()) {
            @Override
            public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
                throw ResourceNotFoundException.builder().build();
            }
        };
        assertThat(await(gone, LONG, LONG).get(30, SECONDS)).isEqualTo(Result.NO_WORKER);
    }

    /** Fails reads of records, once with each failure. */
    private static class FailingStreams implements DynamoDbStreamsClient {
        private final Queue<RuntimeException> failures;

        FailingStreams(Queue<RuntimeException> failures) {
            this.failures = failures;
        }

        @Override
        public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
            return dynamo.streamsClient().describeStream(request);
        }

        @Override
        public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
            return dynamo.streamsClient().getShardIterator(request);
        }

        @Override
        public GetRecordsResponse getRecords(GetRecordsRequest request) {
            RuntimeException failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            return dynamo.streamsClient().getRecords(request);
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    @Test
    void aSourceThatNobodyHasReadHasNoWorker() throws Exception {
        leases = "no-such-table";
        assertThat(await(LONG, LONG).get(30, SECONDS)).isEqualTo(Result.NO_WORKER);
    }
}
