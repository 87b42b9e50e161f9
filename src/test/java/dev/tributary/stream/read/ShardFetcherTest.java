package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.stream.lease.SourceStateRow;
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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** What a read returns if nothing can be read. */
class ShardFetcherTest {

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
    private final PollPauses.Pause pause = new PollPauses(Duration.ofMillis(20), Duration.ofMillis(20)).open(() -> {});
    private final ShardFetcher fetcher = new ShardFetcher(
            client,
            stream.arn(),
            shard.id(),
            new MemoryBudget(64 << 20, 16 << 20).open(shard.id()),
            pause,
            reads,
            new GapHandler(
                    new GapHandler.Context(
                            "items",
                            "leases",
                            "worker",
                            GapPolicy.STOP,
                            new SourceStateRow(noTable, "leases", "users"),
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
    void aBlockedShardReturnsNothingAndPauses() {
        String read = put(1);
        put(2);
        shard.trimThrough(put(3));
        fetcher.start(read);

        assertThat(fetcher.fetch()).isNull();
        assertThat(health.snapshot().status()).isEqualTo(Status.DOWN);
        assertThat(pause.left()).isPositive();

        fetcher.restart(read, null);
        assertThat(fetcher.fetch()).isNull();
    }

    @Test
    void aFailedReadReturnsNothingAndTheNextOneGoesOnWhereItWas() {
        fetcher.start("TRIM_HORIZON");
        put(1);
        endpoint.faults().next(4, Operation.GetRecords, Fault.internalError());

        assertThat(fetcher.fetch()).isNull();
        assertThat(health.snapshot().status()).isEqualTo(Status.DEGRADED);
        assertThat(pause.left()).isGreaterThan(Duration.ofMillis(20));

        endpoint.faults().lift();
        assertThat(fetcher.fetch().records()).hasSize(1);
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    private String put(int n) {
        Map<String, AttributeValue> key = Map.of("id", AttributeValue.fromS("a"));
        return shard.insert(key, Map.of("id", AttributeValue.fromS("a"), "n", AttributeValue.fromN("" + n)));
    }
}
