package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.replication.VirtualTime;
import dev.tributary.replication.VirtualTimer;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.streams.Fault;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.streams.SimulatedStream;
import dev.tributary.streams.SimulatedStreams;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.retrieval.RecordsRetrieved;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** In virtual time; reads run when the test runs them. */
class ShardPublisherTest {

    private static final long INTERVAL = 100;
    private static final long IDLE = 40_000;

    private final SimulatedStreams endpoint = new SimulatedStreams();
    private final SimulatedStream stream = endpoint.create("items", 1);
    private final SimulatedShard shard = stream.roots().get(0);
    private final DynamoDbStreamsClient client =
            endpoint.configure(DynamoDbStreamsClient.builder()).build();
    private final DynamoDbAsyncClient noTable =
            endpoint.configure(DynamoDbAsyncClient.builder()).build();
    private final VirtualTime time = new VirtualTime();
    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final List<Throwable> fatal = new ArrayList<>();
    private final MemoryBudget memory = new MemoryBudget(64 << 20, 16 << 20);
    private final PollPauses pauses =
            new PollPauses(Duration.ofMillis(INTERVAL), Duration.ofMillis(IDLE), () -> time.now() * 1_000_000);
    private final VirtualTimer timer = new VirtualTimer(time);
    private final ReadSlots slots = new ReadSlots(new ReaderThreads(threads::add, timer), 16);
    private final ShardPublisher publisher = new ShardPublisher(
            this::fetcher, pauses, slots, timer, () -> Instant.EPOCH.plusMillis(time.now()), fatal::add);
    private Consumer kcl = new Consumer();

    /** KCL's side of a subscription. */
    private static final class Consumer implements Subscriber<RecordsRetrieved> {
        private final List<RecordsRetrieved> batches = new ArrayList<>();
        private Subscription subscription;

        @Override
        public void onSubscribe(Subscription subscribed) {
            subscription = subscribed;
        }

        @Override
        public void onNext(RecordsRetrieved batch) {
            batches.add(batch);
        }

        @Override
        public void onError(Throwable thrown) {
            throw new AssertionError(thrown);
        }

        @Override
        public void onComplete() {
            throw new AssertionError("a shard has no end for KCL but in its last batch");
        }

        private ProcessRecordsInput last() {
            return batches.get(batches.size() - 1).processRecordsInput();
        }
    }

    private ShardFetcher fetcher(PollPauses.Pause pause) {
        SourceHealth health = new SourceHealth("items", new Health(), new SimpleMeterRegistry(), fatal::add);
        GapHandler.Context gaps = new GapHandler.Context(
                "items",
                "leases",
                "worker",
                GapPolicy.STOP,
                new SourceStateRow(noTable, "leases", "users"),
                health,
                Clock.systemUTC(),
                () -> {});
        return new ShardFetcher(
                client,
                stream.arn(),
                shard.id(),
                memory.open(shard.id()),
                pause,
                health,
                new GapHandler(gaps, stream.arn(), Instant.now()));
    }

    @AfterEach
    void close() {
        client.close();
        noTable.close();
        endpoint.close();
        assertThat(fatal).isEmpty();
    }

    @Test
    void readsNoMoreThanIsTakenAndPausesWithoutAThread() {
        subscribe(2);
        read();
        assertThat(kcl.batches).hasSize(1);
        assertThat(threads).as("the pause").isEmpty();
        pass(INTERVAL);
        read();
        pass(IDLE);
        assertThat(threads).as("no more batches are taken").isEmpty();
        assertThat(kcl.batches).hasSize(2);
        kcl.subscription.request(1);
        assertThat(threads).hasSize(1);
    }

    @Test
    void aWakeEndsThePause() {
        subscribe(10);
        pass(IDLE * 8);
        read();
        assertThat(threads).isEmpty();
        put("a");
        pass(1_000);
        pauses.wake();
        read();
        assertThat(kcl.last().records()).hasSize(1);
    }

    @Test
    void whatWasSentAndNotProcessedIsReadAgain() {
        put("a");
        subscribe(10);
        read();
        put("b");
        pass(INTERVAL);
        read();
        assertThat(kcl.batches).hasSize(2);
        RecordsRetrieved processed = kcl.batches.get(0);

        kcl.subscription.cancel();
        publisher.restartFrom(processed);
        subscribe(10);
        pass(INTERVAL);
        read();
        assertThat(ids()).containsExactly("b");
    }

    @Test
    void aSubscriptionThatProcessedNothingIsFollowedByOneFromTheBeginning() {
        put("a");
        subscribe(10);
        read();
        kcl.subscription.cancel();
        subscribe(10);
        pass(INTERVAL);
        read();
        assertThat(ids()).containsExactly("a");
    }

    @Test
    void aReadWhoseSubscriptionWasCancelledIsDroppedAndRepeated() {
        put("a");
        Consumer first = kcl;
        subscribe(10);
        Runnable reading = threads.remove();
        first.subscription.cancel();
        reading.run();
        assertThat(first.batches).isEmpty();

        subscribe(10);
        pass(INTERVAL);
        read();
        assertThat(ids()).containsExactly("a");
        assertThat(kcl.batches).hasSize(1);
        memory.of(shard.id()).taken(heapBytes());
        memory.of(shard.id()).ended(heapBytes());
        assertThat(memory.held()).as("the dropped read holds nothing").isZero();
    }

    @Test
    void aLongPauseIsInterruptedByAnEmptyBatchThatIsNoRead() {
        subscribe(10);
        pass(IDLE * 8);
        read();
        int batches = kcl.batches.size();
        long reads = endpoint.calls().count(Operation.GetRecords);
        pass(15_000);
        read();
        pass(15_000);
        read();
        assertThat(kcl.batches).hasSize(batches + 2);
        assertThat(kcl.last().records()).isEmpty();
        assertThat(kcl.last().cacheEntryTime()).isNull();
        assertThat(endpoint.calls().count(Operation.GetRecords)).isEqualTo(reads);
        pass(10_000);
        read();
        assertThat(endpoint.calls().count(Operation.GetRecords)).isEqualTo(reads + 1);
    }

    @Test
    void aFailedReadIsAnsweredWithNothingAndOneThatSucceedsHasTheTimeOfItsBegin() {
        subscribe(10);
        endpoint.faults().next(4, Operation.GetRecords, Fault.internalError());
        read();
        assertThat(kcl.last().records()).isEmpty();
        assertThat(kcl.last().isAtShardEnd()).isFalse();
        assertThat(kcl.last().cacheEntryTime()).isNull();
        endpoint.faults().lift();
        pass(INTERVAL);
        read();
        assertThat(kcl.last().cacheEntryTime()).isEqualTo(Instant.EPOCH.plusMillis(time.now()));
    }

    @Test
    void theLastBatchOfAShardIsItsEndAndNothingIsReadAfterIt() {
        put("a");
        shard.roll();
        subscribe(10);
        read();
        assertThat(kcl.last().records()).hasSize(1);
        assertThat(kcl.last().isAtShardEnd()).isTrue();
        assertThat(kcl.last().childShards()).hasSize(1);
        pass(IDLE);
        assertThat(threads).isEmpty();
    }

    @Test
    void afterItsEndAPublisherReadsNothing() {
        subscribe(10);
        Runnable reading = threads.remove();
        publisher.shutdown();
        reading.run();
        pass(IDLE);
        pauses.wake();
        assertThat(threads).isEmpty();
        assertThat(kcl.batches).isEmpty();
    }

    private void subscribe(long batches) {
        if (kcl.subscription == null) {
            publisher.start(
                    ExtendedSequenceNumber.TRIM_HORIZON,
                    InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        } else {
            kcl = new Consumer();
        }
        publisher.subscribe(kcl);
        kcl.subscription.request(batches);
    }

    private void read() {
        threads.remove().run();
    }

    private void pass(long millis) {
        long end = time.now() + millis;
        time.runUntil(() -> false, end);
        time.in(end - time.now(), () -> {});
        time.runUntil(() -> time.now() >= end, end);
    }

    private void put(String id) {
        Map<String, AttributeValue> item = Map.of("id", AttributeValue.fromS(id));
        shard.insert(item, item);
    }

    private long heapBytes() {
        return kcl.last().records().stream()
                .mapToLong(record -> ((StreamRecord) record).heapBytes())
                .sum();
    }

    private List<String> ids() {
        return kcl.last().records().stream()
                .map(record -> ((StreamRecord) record)
                        .record()
                        .dynamodb()
                        .keys()
                        .get("id")
                        .s())
                .toList();
    }
}
