package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConcurrencyLimiterTest {

    private final ConcurrencyLimiter limiter = new ConcurrencyLimiter(2);
    private final List<CompletableFuture<String>> started = new ArrayList<>();

    private CompletableFuture<String> start() {
        return limiter.run(() -> {
            CompletableFuture<String> task = new CompletableFuture<>();
            started.add(task);
            return task;
        });
    }

    @Test
    void waitingTasksStartInOrderWhenOthersEnd() {
        List<CompletableFuture<String>> done =
                IntStream.range(0, 5).mapToObj(i -> start()).toList();
        assertThat(started).hasSize(2);
        started.get(1).complete("second");
        assertThat(started).hasSize(3);
        assertThat(done.get(1)).isCompletedWithValue("second");
        started.get(2).completeExceptionally(new IllegalStateException("third"));
        assertThat(done.get(2)).isCompletedExceptionally();
        assertThat(started).hasSize(4);
        started.get(0).complete("first");
        assertThat(started).hasSize(5);
        assertThat(done.get(0)).isCompletedWithValue("first");
    }

    @Test
    void taskThatCannotStartFreesItsSlot() {
        for (int i = 0; i < 3; i++) {
            assertThat(limiter.run(() -> {
                        throw new IllegalStateException("no");
                    }))
                    .isCompletedExceptionally();
        }
        start();
        assertThat(started).hasSize(1);
    }

    @Test
    void tasksThatEndAtOnceDoNotNest() {
        start();
        start();
        List<CompletableFuture<Integer>> done = IntStream.range(0, 100_000)
                .mapToObj(i -> limiter.run(() -> CompletableFuture.completedFuture(i)))
                .toList();
        assertThat(done.get(0)).isNotDone();
        started.get(0).complete("free");
        assertThat(done).allMatch(CompletableFuture::isDone);
    }
}
