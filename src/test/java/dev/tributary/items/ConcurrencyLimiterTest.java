package dev.tributary.items;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConcurrencyLimiterTest {

    private final ConcurrencyLimiter turns = new ConcurrencyLimiter(2);
    private final List<CompletableFuture<String>> begun = new ArrayList<>();

    private CompletableFuture<String> take() {
        return turns.take(() -> {
            CompletableFuture<String> task = new CompletableFuture<>();
            begun.add(task);
            return task;
        });
    }

    @Test
    void whatWaitsBeginsWhenSomethingEndsInTheOrderItCame() {
        List<CompletableFuture<String>> done =
                IntStream.range(0, 5).mapToObj(i -> take()).toList();
        assertThat(begun).hasSize(2);
        begun.get(1).complete("second");
        assertThat(begun).hasSize(3);
        assertThat(done.get(1)).isCompletedWithValue("second");
        begun.get(2).completeExceptionally(new IllegalStateException("third"));
        assertThat(done.get(2)).isCompletedExceptionally();
        assertThat(begun).hasSize(4);
        begun.get(0).complete("first");
        assertThat(begun).hasSize(5);
        assertThat(done.get(0)).isCompletedWithValue("first");
    }

    @Test
    void taskThatCannotBeginGivesItsTurnBack() {
        for (int i = 0; i < 3; i++) {
            assertThat(turns.take(() -> {
                        throw new IllegalStateException("no");
                    }))
                    .isCompletedExceptionally();
        }
        take();
        assertThat(begun).hasSize(1);
    }

    @Test
    void tasksThatEndAtOnceNeedNoStackForEachOther() {
        take();
        take();
        List<CompletableFuture<Integer>> done = IntStream.range(0, 100_000)
                .mapToObj(i -> turns.take(() -> CompletableFuture.completedFuture(i)))
                .toList();
        assertThat(done.get(0)).isNotDone();
        begun.get(0).complete("free");
        assertThat(done).allMatch(CompletableFuture::isDone);
    }
}
