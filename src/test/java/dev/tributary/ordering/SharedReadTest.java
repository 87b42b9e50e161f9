package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedReadTest {

    private final List<CompletableFuture<Void>> reads = new ArrayList<>();
    private long now = 100;
    private final SharedRead shared = new SharedRead(this::read, () -> now++);

    private CompletableFuture<Void> read() {
        CompletableFuture<Void> read = new CompletableFuture<>();
        reads.add(read);
        return read;
    }

    @Test
    void concurrentCallersShareAReadThatBeginsAfterAllOfThem() {
        CompletableFuture<Void> first = shared.since(now);
        List<CompletableFuture<Void>> others =
                IntStream.range(0, 200).mapToObj(i -> shared.since(now++)).toList();
        assertThat(reads).hasSize(1);
        reads.get(0).complete(null);
        assertThat(first).isDone();
        assertThat(others).noneMatch(CompletableFuture::isDone);
        assertThat(reads).hasSize(2);
        reads.get(1).complete(null);
        assertThat(others).allMatch(CompletableFuture::isDone);
        assertThat(reads).hasSize(2);
    }

    @Test
    void aCallerForWhomTheLastReadIsRecentEnoughStartsNone() {
        long before = now - 10;
        CompletableFuture<Void> first = shared.since(before);
        assertThat(shared.since(before)).isSameAs(first);
        reads.get(0).complete(null);
        assertThat(shared.since(before)).isCompleted();
        assertThat(reads).hasSize(1);
        assertThat(shared.since(now)).isNotDone();
        assertThat(reads).hasSize(2);
    }

    @Test
    void afterAFailedReadTheNextServesNewAndWaitingCallers() {
        CompletableFuture<Void> first = shared.since(now);
        CompletableFuture<Void> second = shared.since(now);
        reads.get(0).completeExceptionally(new IllegalStateException("throttled"));
        assertThat(first).isCompletedExceptionally();
        assertThat(second).isNotDone();
        reads.get(1).completeExceptionally(new IllegalStateException("throttled"));
        assertThat(second).isCompletedExceptionally();
        CompletableFuture<Void> again = shared.since(0);
        reads.get(2).complete(null);
        assertThat(again).isCompleted();
    }

    @Test
    void aReadThatThrowsFailsAndTheNextIsStarted() {
        List<String> calls = new ArrayList<>();
        SharedRead throwing = new SharedRead(
                () -> {
                    calls.add("read");
                    throw new IllegalStateException("a client that is closed");
                },
                () -> now++);
        assertThat(throwing.since(now)).isCompletedExceptionally();
        assertThat(throwing.since(now)).isCompletedExceptionally();
        assertThat(calls).hasSize(2);
    }
}
