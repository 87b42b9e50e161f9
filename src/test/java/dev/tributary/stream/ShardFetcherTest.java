package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.read.GapHandler;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.stream.read.MemoryBudget;
import dev.tributary.stream.read.PollPauses;
import dev.tributary.stream.read.ShardFetcher;
import dev.tributary.stream.read.SourceHealth;
import dev.tributary.streams.Fault;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.streams.SimulatedStream;
import dev.tributary.streams.SimulatedStreams;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.retrieval.DataFetcherResult;

/** The answers to KCL if nothing can be read: without any answer, KCL takes its subscription for dead. */
class ShardFetcherTest {

    private static final InitialPositionInStreamExtended HORIZON =
            InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);

    private final SimulatedStreams endpoint = new SimulatedStreams();
    private final SimulatedStream stream = endpoint.create("items", 1);
    private final SimulatedShard shard = stream.roots().get(0);
    private final DynamoDbStreamsClient client =
            endpoint.configure(DynamoDbStreamsClient.builder()).build();
    private final DynamoDbAsyncClient noTable =
            endpoint.configure(DynamoDbAsyncClient.builder()).build();
    private final Health health = new Health();
    private final SourceHealth reads = new SourceHealth("items", health, new SimpleMeterRegistry(), thrown -> {
        throw new AssertionError(thrown);
    });
    private final ShardFetcher fetcher = new ShardFetcher(
            client,
            stream.arn(),
            StreamIdentifier.singleStreamInstance("items"),
            shard.id(),
            new MemoryBudget(64 << 20, 16 << 20).open(shard.id()),
            new PollPauses(Duration.ofMillis(20), Duration.ofMillis(20)).open(shard.id()),
            reads,
            new GapHandler(
                    new GapHandler.Context(
                            "items",
                            "leases",
                            "worker",
                            GapPolicy.STOP,
                            new SourceStateRow(noTable, "leases"),
                            reads,
                            Clock.systemUTC(),
                            () -> {}),
                    stream.arn(),
                    Instant.now()));

    @AfterEach
    void close() {
        client.close();
        noTable.close();
        endpoint.close();
    }

    @Test
    void aBlockedShardReturnsNoRecordsAndDoesNotEnd() {
        String read = SimulatedSource.put(shard, "a", 1);
        SimulatedSource.put(shard, "a", 2);
        shard.trimThrough(SimulatedSource.put(shard, "a", 3));
        fetcher.initialize(read, HORIZON);

        assertNothingAndNoEnd(fetcher.getRecords());
        assertThat(health.snapshot().status()).isEqualTo(Status.DOWN);

        fetcher.resetIterator(null, read, HORIZON);
        assertNothingAndNoEnd(fetcher.getRecords());
    }

    @Test
    void aFailedReadAnswersWithNoRecordsAndTheNextOneGoesOnWhereItWas() {
        fetcher.initialize("TRIM_HORIZON", HORIZON);
        SimulatedSource.put(shard, "a", 1);
        endpoint.faults().next(4, Operation.GetRecords, Fault.internalError());

        assertNothingAndNoEnd(fetcher.getRecords());
        assertThat(health.snapshot().status()).isEqualTo(Status.DEGRADED);

        endpoint.faults().lift();
        assertThat(fetcher.getRecords().acceptAdapter().records()).hasSize(1);
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    private void assertNothingAndNoEnd(DataFetcherResult result) {
        assertThat(result.acceptAdapter().records()).isEmpty();
        assertThat(result.isShardEnd()).isFalse();
        assertThat(fetcher.isShardEndReached()).isFalse();
    }
}
