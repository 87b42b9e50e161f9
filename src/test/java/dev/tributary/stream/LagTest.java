package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.Fault;
import dev.tributary.streams.Operation;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lag of a source that KCL reads: it grows with each kind of stall, and returns to 0. */
@Tag("slow")
class LagTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration LEASE = Duration.ofSeconds(2);

    private final DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
    private final SimulatedSource source = new SimulatedSource(dynamo, 1).leases(LEASE);
    private SimpleMeterRegistry meters = source.meters();

    @AfterEach
    void close() {
        front.forget();
        source.close();
        front.close();
    }

    @Test
    void growsWhileReadsFail() throws Exception {
        source.read("one");
        SimulatedSource.put(source.onlyShard(), "a", 1);
        awaitRows(Map.of("a", 1));
        awaitWell();
        source.endpoint().faults().all(Operation.GetRecords, Fault.internalError());
        await().atMost(LONG).until(() -> lag() >= 16);
        assertThat(stalled("not-read")).isEqualTo(1);
        awaitCondition("cannot be read");
        source.endpoint().faults().lift();
        awaitWell();
    }

    @Test
    void growsWhileAShardHasNoReader() throws Exception {
        SourceWorker one = source.read("one");
        SimulatedSource.put(source.onlyShard(), "a", 1);
        awaitRows(Map.of("a", 1));
        // Reads the lease table, and takes no lease.
        front.refuse(call -> call.operation().equals("UpdateItem"));
        meters = new SimpleMeterRegistry();
        source.leaseTable(front.endpoint()).measuredBy(meters).start("two");
        await().during(LEASE.multipliedBy(2)).atMost(LONG).until(() -> lag() == 0);

        source.stop(one);
        SimulatedSource.put(source.onlyShard(), "a", 2);
        double least = LEASE.multipliedBy(4).toSeconds();
        await().atMost(LONG).until(() -> lag() >= least);
        double before = lag();
        await().atMost(LONG).until(() -> lag() >= before + 1);
        assertThat(stalled("no-reader")).isEqualTo(1);
        awaitCondition("no-reader");

        front.release();
        awaitRows(Map.of("a", 2));
        awaitWell();
    }

    @Test
    void growsWhileAChangeDoesNotEnd() throws Exception {
        front.hold(call -> true);
        source.target(front.endpoint()).read("one");
        SimulatedSource.put(source.onlyShard(), "a", 1);
        await().atMost(LONG).until(() -> lag() >= 3);
        await().atMost(LONG).until(() -> checkpointAge() >= 3);
        front.release();
        awaitRows(Map.of("a", 1));
        awaitWell();
        await().atMost(LONG).until(() -> checkpointAge() < 3);
        assertThat(meters.get("tributary.leases")
                        .tag("event", "taken")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    private double lag() {
        return meters.get("tributary.lag").gauge().value();
    }

    private double checkpointAge() {
        return meters.get("tributary.checkpoint.age").gauge().value();
    }

    private double stalled(String condition) {
        return meters.get("tributary.stalled")
                .tag("condition", condition)
                .gauge()
                .value();
    }

    private void awaitRows(Map<String, Integer> expected) {
        await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).isEqualTo(expected));
    }

    private void awaitCondition(String text) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(source.health().status()).isEqualTo(Status.DEGRADED);
            assertThat(source.health().detail()).contains(text);
        });
    }

    private void awaitWell() {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(lag()).isZero();
            assertThat(source.health().status()).isEqualTo(Status.UP);
        });
    }
}
