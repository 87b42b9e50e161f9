package dev.tributary.items;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadLimiterTest {

    private final AtomicLong time = new AtomicLong();
    private final ReadLimiter limiter = new ReadLimiter(2, time::get);
    private final List<CompletableFuture<String>> started = new ArrayList<>();

    @Test
    void readsBeyondTheLimitWait() {
        List<CompletableFuture<Optional<String>>> reads = List.of(read(), read(), read());
        assertThat(started).hasSize(2);
        started.get(0).complete("first");
        assertThat(reads.get(0)).isCompletedWithValue(Optional.of("first"));
        assertThat(started).hasSize(3);
        started.get(2).complete("third");
        assertThat(reads.get(2)).isCompletedWithValue(Optional.of("third"));
    }

    @Test
    void readThatWaitedTooLongIsNotStarted() {
        read();
        read();
        CompletableFuture<Optional<String>> late = read();
        time.addAndGet(Duration.ofSeconds(3).toNanos());
        started.get(0).completeExceptionally(new IllegalStateException("DynamoDB does not answer"));
        assertThat(late).isCompletedWithValue(Optional.empty());
        assertThat(started).hasSize(2);
        read();
        assertThat(started).hasSize(3);
    }

    private CompletableFuture<Optional<String>> read() {
        return limiter.take(() -> {
            CompletableFuture<String> read = new CompletableFuture<>();
            started.add(read);
            return read;
        });
    }
}
