package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CheckpointTrackerTest {

    @Test
    void nothingIsPassedBeforeTheFirstCompletion() {
        CheckpointTracker<String> tracker = new CheckpointTracker<>();
        tracker.open("1", 1, () -> {});
        assertThat(tracker.passed()).isNull();
    }

    @Test
    void aPositionWithoutPartsIsPassedAtOnce() {
        CheckpointTracker<String> tracker = new CheckpointTracker<>();
        tracker.open("1", 0, () -> {});
        assertThat(tracker.passed()).isEqualTo("1");
    }

    @Test
    void aPositionIsPassedOnlyWhenEveryPartIsComplete() {
        CheckpointTracker<String> tracker = new CheckpointTracker<>();
        var entry = tracker.open("1", 2, () -> {});
        entry.complete();
        assertThat(tracker.passed()).isNull();
        entry.complete();
        assertThat(tracker.passed()).isEqualTo("1");
    }

    @Test
    void completingMoreOftenThanThereArePartsIsRefused() {
        var entry = new CheckpointTracker<String>().open("1", 1, () -> {});
        entry.complete();
        assertThatThrownBy(entry::complete).isInstanceOf(IllegalStateException.class);
    }

    /** Whatever the order of completions, the passed position is the end of the longest complete prefix. */
    @Property
    void passedIsAlwaysTheLongestCompletePrefix(@ForAll("orders") List<Integer> order) {
        CheckpointTracker<Integer> tracker = new CheckpointTracker<>();
        List<CheckpointTracker<Integer>.Entry> entries = new ArrayList<>();
        for (int position = 0; position < order.size(); position++) {
            entries.add(tracker.open(position, 1, () -> {}));
        }
        BitSet complete = new BitSet();
        for (int position : order) {
            entries.get(position).complete();
            complete.set(position);
            int prefix = complete.nextClearBit(0);
            assertThat(tracker.passed()).isEqualTo(prefix == 0 ? null : Integer.valueOf(prefix - 1));
            assertThat(tracker.size()).isEqualTo(order.size() - prefix);
        }
    }

    @Provide
    Arbitrary<List<Integer>> orders() {
        return Arbitraries.integers()
                .between(1, 60)
                .flatMap(size -> Arbitraries.shuffle(
                        java.util.stream.IntStream.range(0, size).boxed().toList()));
    }

    @Test
    void waitingForRoomEndsWhenTheHeadIsPassed() throws Exception {
        CheckpointTracker<String> tracker = new CheckpointTracker<>();
        var first = tracker.open("1", 1, () -> {});
        var second = tracker.open("2", 1, () -> {});
        CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> awaitFewerThan(tracker, 2));
        second.complete();
        assertThat(tracker.awaitFewerThan(2, Duration.ZERO))
                .as("behind an open head")
                .isFalse();
        first.complete();
        assertThat(room.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private static boolean awaitFewerThan(CheckpointTracker<?> tracker, int limit) {
        try {
            return tracker.awaitFewerThan(limit, Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
