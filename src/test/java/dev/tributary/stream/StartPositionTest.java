package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where a source begins that was never read before. */
@Tag("slow")
class StartPositionTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    /** Changes made until two seconds from now come before the start, which leaves a minute of margin. */
    private static final Duration AHEAD = Duration.ofSeconds(62);

    private final SimulatedSource source = new SimulatedSource(dynamo, 1).startingAt(StartPosition.LATEST);

    @AfterEach
    void close() throws Exception {
        source.close();
    }

    @Test
    void latestPassesEarlierChangesAndReplicatesLaterOnesAlsoAfterARestart() throws Exception {
        String earlier = SimulatedSource.put(source.onlyShard(), "earlier", 1);
        source.later(AHEAD);
        SourceWorker first = source.read("one");
        AtomicInteger next = new AtomicInteger();
        await().until(() -> {
            SimulatedSource.put(source.onlyShard(), "later", next.incrementAndGet());
            return source.rows().containsKey("later");
        });
        assertThat(source.rows()).doesNotContainKey("earlier");
        await().until(() -> {
            String checkpoint = source.checkpoint(source.onlyShard());
            return checkpoint != null && checkpoint.compareTo(earlier) > 0; // numbers of equal length
        });

        source.stop(first);
        source.later(AHEAD.multipliedBy(10)); // a start that counted again would pass what follows
        source.read("one");
        SimulatedSource.put(source.onlyShard(), "after", 1);
        await().until(() -> source.rows().containsKey("after"));
        assertThat(source.rows()).doesNotContainKey("earlier");
    }

    @Test
    void aSourceThatWasReadBeforeGoesOnWhereItStopped() throws Exception {
        source.startingAt(StartPosition.TRIM_HORIZON);
        source.stop(source.read("one"));
        SimulatedSource.put(source.onlyShard(), "meanwhile", 1);
        source.startingAt(StartPosition.LATEST).later(AHEAD);
        source.read("one");
        await().until(() -> source.rows().containsKey("meanwhile"));
    }
}
