package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tributary.DynamoDbFront;
import dev.tributary.DynamoDbFront.Answer;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.Fault;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.telemetry.Health.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** A stream that answers late or not at all, and recovers. */
@Tag("slow")
class StreamTroubleTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final SimulatedSource source = new SimulatedSource(dynamo, 1).polling(POLL);
    private final SimulatedShard shard = source.onlyShard();

    @BeforeEach
    void listen() {
        logged.start();
        root.addAppender(logged);
    }

    @AfterEach
    void close() {
        root.detachAppender(logged);
        source.close();
    }

    @Test
    void readingContinuesBehindTheLastRecordWhenIteratorsExpire() throws Exception {
        source.read("one");
        SimulatedSource.put(shard, "a", 1);
        awaitRows(Map.of("a", 1));
        long iterators = source.endpoint().calls().count(Operation.GetShardIterator, shard);

        source.endpoint().expireIterators();
        SimulatedSource.put(shard, "a", 2);
        awaitRows(Map.of("a", 2));

        source.endpoint().advance(Duration.ofMinutes(16));
        SimulatedSource.put(shard, "b", 1);
        awaitRows(Map.of("a", 2, "b", 1));

        assertThat(source.endpoint().calls().count(Operation.GetShardIterator, shard) - iterators)
                .isEqualTo(2);
        // A change is counted after its row is there.
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(source.changes()).as("none is read twice").isEqualTo(3));
        assertThat(source.health().status()).isEqualTo(Status.UP);
    }

    /** An empty answer has no next iterator, which is how a shard ends. */
    static Stream<Fault> failures() {
        return Stream.of(Fault.limitExceeded(), Fault.throughputExceeded(), Fault.internalError(), Fault.empty());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void readingContinuesWhenFailuresEndAndHealthReportsThem(Fault failure) throws Exception {
        source.read("one");
        SimulatedSource.put(shard, "a", 1);
        awaitRows(Map.of("a", 1));

        source.endpoint().faults().all(Operation.GetRecords, failure);
        SimulatedSource.put(shard, "a", 2);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.health().status()).isEqualTo(Status.DEGRADED));
        assertThat(source.health().detail()).contains(shard.id());
        source.endpoint().faults().lift();

        awaitRows(Map.of("a", 2));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.health().status()).isEqualTo(Status.UP));
        List<ILoggingEvent> loud = List.copyOf(logged.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .filter(event -> !event.getLoggerName().contains("LeaseAssignmentManager"))
                .toList();
        assertThat(loud).as("one warning, no stack trace").singleElement().satisfies(event -> assertThat(
                        event.getThrowableProxy())
                .isNull());
    }

    @Test
    void slowAnswersDelayAndLoseNothing() throws Exception {
        source.read("one");
        source.endpoint().faults().next(3, Operation.GetRecords, Fault.slow(Duration.ofMillis(400)));
        SimulatedSource.put(shard, "a", 1);
        SimulatedSource.put(shard, "b", 1);
        awaitRows(Map.of("a", 1, "b", 1));
        assertThat(source.health().status()).isEqualTo(Status.UP);
    }

    @Test
    void theLastRecordOfAQuietShardIsCheckpointed() throws Exception {
        source.read("one");
        String last = SimulatedSource.put(shard, "a", 1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(last));
    }

    /** As when the endpoint cannot be reached, or credentials cannot be renewed. */
    @Test
    void aCheckpointThatGetsNoAnswerIsTriedAgain() throws Exception {
        try (DynamoDbFront leases = new DynamoDbFront(dynamo.endpoint())) {
            source.leaseTable(leases.endpoint()).read("one");
            SimulatedSource.put(shard, "a", 1);
            leases.answerInPlace(call -> isCheckpoint(call) ? Optional.of(Answer.brokenOff("{}")) : Optional.empty());
            await().atMost(LONG).until(() -> List.copyOf(logged.list).stream()
                    .anyMatch(event -> event.getFormattedMessage().contains("failed and is tried again")));
            leases.answerInPlace(call -> Optional.empty());

            String last = SimulatedSource.put(shard, "b", 1);
            awaitRows(Map.of("a", 1, "b", 1));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(last));
        }
    }

    @Test
    void aCheckpointWhoseAnswerIsLostCostsNoLease() throws Exception {
        AtomicBoolean lost = new AtomicBoolean();
        try (DynamoDbFront leases = new DynamoDbFront(dynamo.endpoint())) {
            leases.loseAnswers(call -> isCheckpoint(call) && lost.compareAndSet(false, true));
            source.leaseTable(leases.endpoint()).read("one");
            SimulatedSource.put(shard, "a", 1);
            awaitRows(Map.of("a", 1));
            await().atMost(LONG).untilTrue(lost);

            String last = SimulatedSource.put(shard, "b", 1);
            awaitRows(Map.of("a", 1, "b", 1));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(source.checkpoint(shard)).isEqualTo(last));
        }
        assertThat(List.copyOf(logged.list))
                .noneMatch(event -> event.getFormattedMessage().contains("the lease is no longer held"));
    }

    @Test
    void aShardWhoseEndIsRecordedWithoutAnyAnswerIsOver() throws Exception {
        AtomicBoolean losing = new AtomicBoolean(true);
        try (DynamoDbFront leases = new DynamoDbFront(dynamo.endpoint())) {
            leases.loseAnswers(
                    call -> losing.get() && isCheckpoint(call) && call.body().contains("SHARD_END"));
            source.leaseTable(leases.endpoint()).read("one");
            SimulatedSource.put(shard, "a", 1);
            awaitRows(Map.of("a", 1));
            shard.split();
            await().atMost(LONG).until(() -> isLogged("its end could not be checkpointed"));
            losing.set(false);
            await().atMost(LONG)
                    .until(() -> isLogged("ended, all its changes are in the targets")
                            || isLogged("lease lost")); // if a renewal found the counter of the checkpoint
        }
    }

    private boolean isLogged(String text) {
        return List.copyOf(logged.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .anyMatch(message -> message.contains(shard.id() + ": " + text));
    }

    private static boolean isCheckpoint(DynamoDbFront.Call call) {
        return call.operation().equals("UpdateItem") && call.body().contains("\"checkpoint\"");
    }

    @Test
    void aQuietShardIsPolledNoFasterThanAsked() throws Exception {
        source.read("one");
        int polls = 30;
        long begin = source.endpoint().calls().count(Operation.GetRecords, shard);
        long start = System.nanoTime();
        await().atMost(LONG).until(() -> source.endpoint().calls().count(Operation.GetRecords, shard) >= begin + polls);
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        long counted = source.endpoint().calls().count(Operation.GetRecords, shard) - begin;

        double asked = TimeUnit.SECONDS.toMillis(1) / (double) POLL.toMillis();
        assertThat(counted / seconds).as("polls a second").isLessThanOrEqualTo(asked * 1.2);
    }

    private void awaitRows(Map<String, Integer> expected) {
        await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).isEqualTo(expected));
    }
}
