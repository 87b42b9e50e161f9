package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PollPausesTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger shortened = new AtomicInteger();
    private final PollPauses pauses = new PollPauses(Duration.ofMillis(20), HOUR, now::get);
    private final PollPauses.Pause pause = pauses.open(shortened::incrementAndGet);

    @BeforeEach
    void pauseForAnHour() {
        assertThat(pause.left()).as("the first read is due at once").isZero();
        pass(HOUR.multipliedBy(8));
        pause.read(0);
        assertThat(pause.left()).isEqualTo(HOUR);
        pass(Duration.ofSeconds(1));
    }

    @Test
    void aWakeEndsThePause() {
        pauses.wake();
        assertThat(shortened).hasValue(1);
        assertThat(pause.left()).isZero();
    }

    @Test
    void ofManyWakesTheFirstCounts() {
        pauses.wake();
        pause.read(0);
        pauses.wake();
        assertThat(shortened).hasValue(1);
        assertThat(pause.left()).isEqualTo(Duration.ofMillis(20));
        pass(Duration.ofMillis(5));
        pauses.wake();
        assertThat(shortened).hasValue(2);
        assertThat(pause.left()).isEqualTo(Duration.ofMillis(5));
    }

    @Test
    void aWakeThatChangesNothingIsNotReported() {
        pause.failed();
        pauses.wake();
        assertThat(shortened).hasValue(0);
    }

    @Test
    void theReaderOfAShardThatHasGoneIsNotWoken() {
        pause.close();
        pauses.wake();
        assertThat(shortened).hasValue(0);
    }

    @Test
    void aHoldOutlastsWakesAndIsReportedWhenItEnds() {
        pauses.hold(true);
        pass(HOUR.multipliedBy(2));
        pauses.wake();
        assertThat(pause.left()).isGreaterThan(HOUR);
        assertThat(pauses.open(() -> {}).left()).isGreaterThan(HOUR);
        assertThat(shortened).hasValue(0);
        pauses.hold(false);
        assertThat(shortened).hasValue(1);
        assertThat(pause.left()).isZero();
        pauses.hold(false);
        assertThat(shortened).hasValue(1);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
