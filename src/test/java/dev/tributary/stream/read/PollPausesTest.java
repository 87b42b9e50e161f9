package dev.tributary.stream.read;

import static java.util.concurrent.CompletableFuture.runAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PollPausesTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicLong now = new AtomicLong();
    private final PollPauses pauses = new PollPauses(Duration.ofMillis(20), HOUR, now::get);
    private final PollPauses.Pause pause = pauses.open("shard");
    private volatile Thread reader;

    @BeforeEach
    void pauseForAnHour() throws InterruptedException {
        pause.await(); // the first read is due at once
        pass(HOUR.multipliedBy(8));
        pause.read(0);
    }

    @Test
    void aWakeEndsThePause() {
        CompletableFuture<Void> waiting = startWaiting();
        pass(Duration.ofSeconds(1));
        pauses.wake();
        waiting.join();
    }

    @Test
    void ofManyWakesTheFirstCounts() throws InterruptedException {
        pass(Duration.ofSeconds(1));
        pauses.wake();
        pause.await();
        pause.read(0);
        pauses.wake();
        CompletableFuture<Void> waiting = startWaiting();
        assertThat(waiting).isNotDone();
        pass(Duration.ofMillis(20));
        pauses.wake();
        waiting.join();
    }

    @Test
    void theEndOfItsReaderEndsThePause() {
        CompletableFuture<Void> waiting = startWaiting();
        pauses.close("shard");
        waiting.join();
    }

    @Test
    void theNextReaderOfTheShardEndsThePauseOfTheLast() throws InterruptedException {
        CompletableFuture<Void> waiting = startWaiting();
        PollPauses.Pause next = pauses.open("shard");
        waiting.join();
        next.await();
    }

    private CompletableFuture<Void> startWaiting() {
        CompletableFuture<Void> waiting = runAsync(() -> {
            reader = Thread.currentThread();
            try {
                pause.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> reader != null && reader.getState() == Thread.State.TIMED_WAITING);
        return waiting;
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
