package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.ordering.Ticker;
import dev.tributary.projection.Projection;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.Route;
import dev.tributary.replication.ShardOwnership;
import dev.tributary.replication.TestRoute;
import dev.tributary.stream.lease.SourceStream;
import dev.tributary.stream.read.ChangeDecoder;
import dev.tributary.stream.read.MemoryBudget;
import dev.tributary.stream.read.StreamRecord;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** The processor of a shard with a checkpointer as strict as KCL's. */
class ShardProcessorTest {

    /** Holds scheduled tasks; the test runs them. */
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

    private final SimpleMeterRegistry meters = registry();
    private final HeldShards shards = new HeldShards("s", meters, System::nanoTime);
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final List<String> checkpoints = new CopyOnWriteArrayList<>();
    private final ShardProcessor processor = new ShardProcessor(settings((shard, fence) -> new ReplicationPipeline(
            List.of(),
            GivenLateWrites.none().shard(shard),
            10,
            fence,
            timer,
            registry(),
            new Health(),
            failure -> {})));

    private ShardProcessor.Settings settings(BiFunction<String, ShardOwnership, ReplicationPipeline> pipeline) {
        return settings(pipeline, Optional.of(held()));
    }

    private ShardProcessor.Settings settings(
            BiFunction<String, ShardOwnership, ReplicationPipeline> pipeline, Optional<ShardOwnership> ownership) {
        return new ShardProcessor.Settings(
                new ChangeDecoder(
                        new SourceStream("s", "t", "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/l", "l"),
                        () -> Instant.EPOCH),
                Instant.MIN,
                pipeline,
                shard -> ownership,
                shards,
                new MemoryBudget(1 << 20, 1 << 20),
                new Ticker.Threads(timer, Runnable::run),
                Duration.ofHours(1),
                fatal::add);
    }

    private static SimpleMeterRegistry registry() {
        return new SimpleMeterRegistry();
    }

    private static InitializationInput initialization() {
        return InitializationInput.builder()
                .shardId("shardId-1")
                .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
                .build();
    }

    private static ShardOwnership held() {
        ShardOwnership held = new ShardOwnership(
                new ShardOwnership.Timing(Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
                System::nanoTime);
        held.renewed(held.attempt(1));
        return held;
    }

    /** Such as a thread that cannot be created. KCL would end its loop over all shards, and say nothing. */
    @Test
    void anErrorAtTheBeginStopsTheWorker() {
        Error error = new OutOfMemoryError("no thread");
        ShardProcessor failing = new ShardProcessor(settings((shard, fence) -> {
            throw error;
        }));
        assertThatThrownBy(() -> failing.initialize(initialization())).isInstanceOf(IllegalStateException.class);
        assertThat(fatal).containsExactly(error);
    }

    /** KCL would repeat an initialization that throws, with a stack trace each time. */
    @Test
    void doesNothingIfTheLeaseIsLostWhenItBegins() {
        ShardOwnership lost = held();
        lost.lose();
        for (Optional<ShardOwnership> ownership : List.of(Optional.of(lost), Optional.<ShardOwnership>empty())) {
            ShardProcessor late = new ShardProcessor(settings(
                    (shard, fence) -> {
                        throw new AssertionError("a pipeline without a lease");
                    },
                    ownership));
            late.initialize(initialization());
            late.processRecords(ProcessRecordsInput.builder()
                    .records(List.of(record("100000000000000000001")))
                    .build());
            late.shutdownRequested(ShutdownRequestedInput.builder().build());
            late.leaseLost(LeaseLostInput.builder().build());
            assertThat(late.stopped()).isTrue();
        }
        assertThat(fatal).isEmpty();
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    /** KCL refuses positions after the end of a shard, and the timer does not know the end. */
    @Test
    void aCheckpointByTheTimerDuringThatOfTheEndDoesNoHarm() throws Exception {
        processor.initialize(initialization());
        Runnable byTimer = timer.getQueue().peek();
        Thread timed = new Thread(byTimer);
        StrictCheckpointer strict = new StrictCheckpointer(timed);
        processor.processRecords(ProcessRecordsInput.builder()
                .records(List.of(record("100000000000000000001")))
                .checkpointer(strict.proxy())
                .build());

        processor.shardEnded(
                ShardEndedInput.builder().checkpointer(strict.proxy()).build());
        timed.join(Duration.ofSeconds(10).toMillis());

        assertThat(checkpoints).containsExactly("SHARD_END");
        assertThat(fatal).isEmpty();
    }

    @Test
    void aReadWithoutRecordsShowsThatEverythingBeforeItHasBeenTaken() {
        List<ReplicationPipeline> pipelines = new CopyOnWriteArrayList<>();
        ShardProcessor reading = new ShardProcessor(settings((shard, fence) -> {
            pipelines.add(new ReplicationPipeline(
                    List.of(),
                    GivenLateWrites.none().shard(shard),
                    10,
                    fence,
                    timer,
                    registry(),
                    new Health(),
                    failure -> {}));
            return pipelines.get(0);
        }));
        reading.initialize(initialization());
        read(reading, List.of(record("100000000000000000001")));
        assertThat(pipelines.get(0).doneUntil()).as("of the record").contains(Instant.EPOCH);
        read(reading, List.of());
        assertThat(pipelines.get(0).doneUntil()).contains(Instant.EPOCH.plusSeconds(7));
    }

    private static void read(ShardProcessor processor, List<KinesisClientRecord> records) {
        processor.processRecords(ProcessRecordsInput.builder()
                .records(records)
                .cacheEntryTime(Instant.EPOCH.plusSeconds(7))
                .checkpointer((RecordProcessorCheckpointer) Proxy.newProxyInstance(
                        ShardProcessorTest.class.getClassLoader(),
                        new Class<?>[] {RecordProcessorCheckpointer.class},
                        (self, method, arguments) -> null))
                .build());
    }

    /** Otherwise the next worker would repeat every removal for a quarter of an hour after each deployment. */
    @Test
    void aShardThatEndsOrIsHandedOverWithNothingOpenIsReleased() {
        List<String> calls = new CopyOnWriteArrayList<>();
        RecordProcessorCheckpointer unused = new StrictCheckpointer(Thread.currentThread()).proxy();
        ShardProcessor handedOver = released(calls);
        handedOver.initialize(initialization());
        handedOver.shutdownRequested(
                ShutdownRequestedInput.builder().checkpointer(unused).build());
        assertThat(calls).containsExactly("PutItem", "Query", "DeleteItem");

        ShardProcessor lost = released(calls);
        lost.initialize(initialization());
        lost.leaseLost(LeaseLostInput.builder().build());
        assertThat(calls).containsExactly("PutItem", "Query", "DeleteItem", "PutItem", "Query");
    }

    /** KCL reports the loss of a lease also after it was handed over, and after the shard has ended. */
    @Test
    void theEndOfALeaseIsCountedOnce() {
        for (String end : List.of("lost", "handed-over", "ended")) {
            ShardProcessor ending = released(new CopyOnWriteArrayList<>());
            ending.initialize(initialization());
            RecordProcessorCheckpointer checkpointer = new StrictCheckpointer(new Thread()).proxy();
            if (end.equals("handed-over")) {
                ending.shutdownRequested(ShutdownRequestedInput.builder()
                        .checkpointer(checkpointer)
                        .build());
            } else if (end.equals("ended")) {
                ending.shardEnded(
                        ShardEndedInput.builder().checkpointer(checkpointer).build());
            }
            ending.leaseLost(LeaseLostInput.builder().build());
            assertThat(events(end)).as(end).isEqualTo(1);
        }
        assertThat(events("lost")).isEqualTo(1);
    }

    private double events(String event) {
        return meters.get("tributary.leases").tag("event", event).counter().count();
    }

    private ShardProcessor released(List<String> calls) {
        return new ShardProcessor(settings((shard, fence) -> new ReplicationPipeline(
                List.of(),
                GivenLateWrites.recorded(calls).shard(shard),
                10,
                fence,
                timer,
                registry(),
                new Health(),
                failure -> {})));
    }

    @Test
    void aLeaseThatIsLostRemovesItsConditionsFromHealth() {
        Health health = new Health();
        ShardProcessor leaving = new ShardProcessor(settings((shard, fence) -> new ReplicationPipeline(
                List.of(deniedRoute()),
                GivenLateWrites.none().shard(shard),
                10,
                fence,
                timer,
                registry(),
                health,
                failure -> {})));
        leaving.initialize(initialization());
        assertThat(health.snapshot().components()).containsKey("route s.r").satisfies(components -> assertThat(
                        components.get("route s.r").status())
                .isNotEqualTo(Health.Status.UP));
        leaving.leaseLost(LeaseLostInput.builder().build());
        assertThat(health.snapshot().components()).isEmpty();
    }

    @Test
    void aRecordThatCannotBeDecodedBreaksNothing() {
        processor.initialize(initialization());
        processor.processRecords(ProcessRecordsInput.builder()
                .records(List.of(
                        record("100000000000000000001"),
                        StreamRecord.of(
                                Record.builder()
                                        .eventName("TRUNCATE")
                                        .dynamodb(data -> data.sequenceNumber("100000000000000000002"))
                                        .build(),
                                "100000000000000000001"),
                        record("100000000000000000003")))
                .checkpointer(new StrictCheckpointer(new Thread()).proxy())
                .build());
        assertThat(fatal).isEmpty();
        timer.getQueue().peek().run();
        assertThat(checkpoints).containsExactly("100000000000000000003");
    }

    /** Every call to its tables fails. */
    private Route deniedRoute() {
        DynamoDbAsyncClient client = new DynamoDbAsyncClient() {
            @Override
            public CompletableFuture<QueryResponse> query(QueryRequest request) {
                return CompletableFuture.failedFuture(SdkClientException.create("no connection"));
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
        TestRoute settings = TestRoute.to("target");
        return new Route(
                "s.r",
                "table of " + "s.r",
                new Projection(settings.projection(), DeadLetterTable.KEY),
                new BatchingTable(
                        new TargetTable(client, "target", Policies.USUAL), BatchingTable.Limits.batchSize(1), timer),
                new ParkedItemIndex(
                        new DeadLetterTable(client, "letters", Duration.ofSeconds(1)), "s.r", () -> Instant.EPOCH));
    }

    private static StreamRecord record(String sequenceNumber) {
        return new StreamRecord(Record.builder()
                .eventName(OperationType.INSERT)
                .dynamodb(data -> data.sequenceNumber(sequenceNumber)
                        .approximateCreationDateTime(Instant.EPOCH)
                        .keys(Map.of("id", AttributeValue.fromS("a")))
                        .newImage(Map.of("id", AttributeValue.fromS("a"))))
                .build());
    }

    /** Refuses positions after the end. Runs one call at a time; the call for the end lets the timer's call start meanwhile. */
    private final class StrictCheckpointer {
        private final Thread meanwhile;
        private boolean ended;

        StrictCheckpointer(Thread meanwhile) {
            this.meanwhile = meanwhile;
        }

        RecordProcessorCheckpointer proxy() {
            return (RecordProcessorCheckpointer) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {RecordProcessorCheckpointer.class},
                    (self, method, arguments) -> {
                        assertThat(method.getName()).isEqualTo("checkpoint");
                        checkpoint(arguments == null ? "SHARD_END" : (String) arguments[0]);
                        return null;
                    });
        }

        private synchronized void checkpoint(String position) {
            if (ended) {
                throw new IllegalArgumentException("Could not checkpoint at " + position + ", the shard has ended");
            }
            if ("SHARD_END".equals(position)) {
                ended = true;
                meanwhile.start();
                await().until(() -> meanwhile.getState() == Thread.State.BLOCKED
                        || meanwhile.getState() == Thread.State.TERMINATED);
            }
            checkpoints.add(position);
        }
    }
}
