package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener.WorkerState;

/** One word for all shards of a source: the worst. */
class SourceHealthTest {

    private final Health health = new Health();
    private final SourceHealth source = new SourceHealth("items", health, new SimpleMeterRegistry(), thrown -> {
        throw new AssertionError(thrown);
    });

    @Test
    void aSourceIsUpOnceAShardIsRead() {
        assertThat(now().status()).isEqualTo(Status.STARTING);
        source.fetched("one");
        assertThat(now().status()).isEqualTo(Status.UP);
    }

    @Test
    void aGapIsReportedWhenTheShardWasInTroubleBefore() {
        source.fetched("one");
        source.failed("one", new IOException("throttled"));
        source.gap(new StreamGap.Trimmed("one", "42"));
        assertThat(now().status()).isEqualTo(Status.DOWN);
        assertThat(now().detail()).contains("one", "42");
    }

    @Test
    void theFirstReadOfAShardDoesNotHideTheGapOfAnother() {
        source.gap(new StreamGap.Trimmed("one", "42"));
        source.fetched("two");
        source.onWorkerStateChange(WorkerState.STARTED);
        assertThat(now().status()).isEqualTo(Status.DOWN);
        assertThat(now().detail()).contains("one", "42");
    }

    @Test
    void aFailureOfOneShardDoesNotHideTheGapOfAnother() {
        source.fetched("one");
        source.gap(new StreamGap.Trimmed("one", "42"));
        source.failed("two", new IOException("throttled"));
        assertThat(now().status()).isEqualTo(Status.DOWN);
        assertThat(now().detail()).contains("one", "42");
    }

    @Test
    void aShardThatIsReadAgainLeavesTheTroubleOfAnother() {
        source.failed("one", new IOException("throttled"));
        source.failed("two", new IOException("denied"));
        source.fetched("two");
        assertThat(now().status()).isEqualTo(Status.DEGRADED);
        assertThat(now().detail()).contains("one", "throttled").doesNotContain("two");
        source.fetched("one");
        assertThat(now().status()).isEqualTo(Status.UP);
    }

    private Health.Component now() {
        return health.snapshot().components().get("source items");
    }
}
