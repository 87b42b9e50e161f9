package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener.WorkerState;

/** The component of a source has the worst status of its shards. */
class SourceHealthTest {

    private final Health health = new Health();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SourceHealth source = new SourceHealth("items", health, meters, thrown -> {
        throw new AssertionError(thrown);
    });

    @Test
    void aSourceIsUpOnceAShardIsRead() {
        assertThat(now().status()).isEqualTo(Status.STARTING);
        source.fetched("one");
        assertThat(now().status()).isEqualTo(Status.UP);
    }

    @Test
    void aGapReplacesAReadFailureOfTheSameShard() {
        source.fetched("one");
        source.failed("one", new IOException("throttled"));
        source.blockedAt(new StreamGap.Trimmed("one", "42"), "Repair it.");
        assertThat(now().status()).isEqualTo(Status.DOWN);
        assertThat(now().detail()).contains("one", "42");
    }

    @Test
    void theFirstReadOfAShardDoesNotHideTheGapOfAnother() {
        source.blockedAt(new StreamGap.Trimmed("one", "42"), "Repair it.");
        source.fetched("two");
        source.onWorkerStateChange(WorkerState.STARTED);
        assertThat(now().status()).isEqualTo(Status.DOWN);
        assertThat(now().detail()).contains("one", "42");
    }

    @Test
    void aFailureOfOneShardDoesNotHideTheGapOfAnother() {
        source.fetched("one");
        source.blockedAt(new StreamGap.Trimmed("one", "42"), "Repair it.");
        source.failed("two", new IOException("throttled"));
        assertThat(now().status()).isEqualTo(Status.DOWN);
        assertThat(now().detail()).contains("one", "42");
    }

    @Test
    void aShardThatIsReadAgainDoesNotClearTheConditionOfAnother() {
        source.failed("one", new IOException("throttled"));
        source.failed("two", new IOException("denied"));
        source.fetched("two");
        assertThat(now().status()).isEqualTo(Status.DEGRADED);
        assertThat(now().detail()).contains("one", "throttled").doesNotContain("two");
        source.fetched("one");
        assertThat(now().status()).isEqualTo(Status.UP);
    }

    @Test
    void aShardThatAnotherWorkerReadsNowHasNoConditionHere() {
        source.fetched("one");
        source.blockedAt(new StreamGap.Trimmed("one", "42"), "Repair it.");
        source.failed("two", new IOException("throttled"));
        source.holds(Set.of("two"));
        assertThat(now().status()).isEqualTo(Status.DEGRADED);
        assertThat(now().detail()).contains("two").doesNotContain("one");
        source.holds(Set.of());
        assertThat(now().status()).isEqualTo(Status.UP);
    }

    @Test
    void anUnacknowledgedGapShowsWhileNothingIsWorse() {
        RecordedGap passed = new RecordedGap("trimmed-checkpoint/one/42", "it was trimmed", Instant.EPOCH, "worker");
        source.unacknowledged(List.of(passed), 2);
        assertThat(now().status()).isEqualTo(Status.STARTING);
        source.fetched("one");
        assertThat(now().status()).isEqualTo(Status.DEGRADED);
        assertThat(now().detail()).contains("3 gaps", "it was trimmed", "tributary gaps");
        source.blockedAt(new StreamGap.Trimmed("two", "42"), "Repair it.");
        assertThat(now().status()).isEqualTo(Status.DOWN);
        source.fetched("two");
        source.unacknowledged(List.of(), 0);
        assertThat(now().status()).isEqualTo(Status.UP);
    }

    @Test
    void aStreamThatIsOverShowsUntilTheTableHasItAgain() {
        source.fetched("one");
        StreamGap gap = new StreamGap.Disabled("arn:old");
        source.streamIsOver(Status.DEGRADED, gap, "Reading what is left.");
        source.streamIsOver(Status.DOWN, gap, "All is read.");
        assertThat(now().status()).isEqualTo(Status.DOWN);
        assertThat(now().detail()).contains("disabled-stream", "arn:old", "All is read.");
        assertThat(meters.get("tributary.gaps")
                        .tag("kind", "disabled-stream")
                        .counter()
                        .count())
                .isEqualTo(1);
        source.streamIsCurrent();
        assertThat(now().status()).isEqualTo(Status.UP);
    }

    @Test
    void aShardThatBreaksTheOrderOfVersionsIsNamedUntilItLeavesTheStream() {
        source.fetched("one");
        source.shardOrder(
                List.of(Shard.builder().shardId("child").parentShardId("parent").build()));
        source.holds(Set.of("one"));
        assertThat(now().status()).isEqualTo(Status.DEGRADED);
        assertThat(now().detail()).startsWith("shard-order: ").contains("child after parent");
        source.shardOrder(List.of());
        assertThat(now().status()).isEqualTo(Status.UP);
    }

    private Health.Component now() {
        return health.snapshot().components().get("source items");
    }
}
