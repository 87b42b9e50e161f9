package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.SimulatedShard;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private final Logger initialization = (Logger) LoggerFactory.getLogger(InitializeTask.class);
    private final FirstInitialization first = new FirstInitialization();

    /** Holds KCL in the line that it logs before it initializes a processor, the first time, and collects its failures. */
    private static final class FirstInitialization extends UnsynchronizedAppenderBase<ILoggingEvent> {

        private final AtomicBoolean begun = new AtomicBoolean();
        private final CountDownLatch released = new CountDownLatch(1);
        private final List<String> failures = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                failures.add(event.getFormattedMessage());
            } else if (event.getMessage().startsWith("Calling the record processor initialize")
                    && begun.compareAndSet(false, true)) {
                try {
                    assertThat(released.await(LONG.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @BeforeEach
    void listen() {
        first.start();
        initialization.setLevel(Level.DEBUG);
        initialization.addAppender(first);
    }

    @AfterEach
    void close() {
        first.released.countDown();
        initialization.detachAppender(first);
        initialization.setLevel(null);
    }

    /** And KCL ends the processor of the first one. */
    @Test
    void theShardIsReadByTheProcessorOfTheLastAcquisition() {
        try (SimulatedSource source = new SimulatedSource(dynamo, 1)) {
            SimulatedShard shard = source.onlyShard();
            source.start("one");
            await("initialization").atMost(LONG).untilTrue(first.begun);
            source.give(shard, "two");
            await("reassignment").atMost(LONG).until(() -> isOwner(source, shard, "one"));
            first.released.countDown();

            AtomicInteger changes = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(100))
                    .during(Duration.ofSeconds(5)) // KCL has stopped the first processor by then
                    .atMost(LONG)
                    .until(() -> {
                        SimulatedSource.put(shard, "change-" + changes.getAndIncrement(), 1);
                        return true;
                    });
            await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).hasSize(changes.get()));
            first.failures.clear();
            await().during(Duration.ofSeconds(3)).atMost(LONG).until(first.failures::isEmpty);
        }
    }

    private static boolean isOwner(SimulatedSource source, SimulatedShard shard, String worker) {
        return worker.equals(source.lease(shard).get("leaseOwner").s());
    }
}
