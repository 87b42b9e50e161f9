package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tributary.DynamoDbFront;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.SimulatedShard;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.lifecycle.InitializeTask;

/** A lease that is lost and acquired again before KCL has initialized the processor of the first acquisition. */
@Tag("slow")
class AcquiredAgainTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(60);

    private final DynamoDbFront leases = new DynamoDbFront(dynamo.endpoint());

    private final Logger initialization = (Logger) LoggerFactory.getLogger(InitializeTask.class);
    private final ListAppender<ILoggingEvent> failures = new ListAppender<>();

    @BeforeEach
    void listen() {
        failures.start();
        initialization.addAppender(failures);
    }

    @AfterEach
    void close() {
        initialization.detachAppender(failures);
        leases.close();
    }

    /** And KCL ends the processor of the first one. */
    @Test
    void theShardIsReadByTheProcessorOfTheLastAcquisition() {
        try (SimulatedSource source = new SimulatedSource(dynamo, 1).leaseTable(leases.endpoint())) {
            SimulatedShard parent = source.onlyShard();
            SimulatedShard shard = parent.split().get(0);
            // KCL asks whether the parent was read to its end, and initializes the child afterwards.
            leases.hold(
                    call -> call.operation().equals("GetItem") && call.body().contains(parent.id()));
            source.start("one");
            await("initialization").atMost(LONG).until(() -> leases.waiting() > 0);
            source.give(shard, "two");
            await("reassignment").atMost(LONG).until(() -> isOwner(source, shard, "one"));
            leases.release();

            AtomicInteger changes = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(100))
                    .during(Duration.ofSeconds(5)) // KCL has stopped the first processor by then
                    .atMost(LONG)
                    .until(() -> {
                        SimulatedSource.put(shard, "change-" + changes.getAndIncrement(), 1);
                        return true;
                    });
            await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).hasSize(changes.get()));
            failures.list.clear();
            await().during(Duration.ofSeconds(3)).atMost(LONG).until(() -> failures.list.isEmpty());
        }
    }

    private static boolean isOwner(SimulatedSource source, SimulatedShard shard, String worker) {
        return worker.equals(source.lease(shard).get("leaseOwner").s());
    }
}
