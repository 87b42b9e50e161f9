package dev.tributary.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogThrottleTest {

    private long now = -5;
    private final LogThrottle<String> throttle = new LogThrottle<>(() -> now);

    private void advance(Duration time) {
        now += time.toNanos();
    }

    @Test
    void startAndEndAreLoggedOnceEach() {
        assertThat(throttle.ends()).isFalse();
        assertThat(throttle.begins("slow")).isTrue();
        advance(Duration.ofHours(1));
        assertThat(throttle.begins("slow")).isFalse();
        assertThat(throttle.ends()).isTrue();
        assertThat(throttle.ends()).isFalse();
    }

    @Test
    void aProblemThatKeepsStartingAndEndingIsLoggedOnceAMinute() {
        int starts = 0;
        int ends = 0;
        for (int i = 0; i < 600; i++) {
            starts += throttle.begins("slow") ? 1 : 0;
            ends += throttle.ends() ? 1 : 0;
            advance(Duration.ofSeconds(1));
        }
        assertThat(starts).isEqualTo(10);
        assertThat(ends).isEqualTo(10);
    }

    @Test
    void aProblemThatReturnsWithinAMinuteAndStaysIsLoggedAfterAMinute() {
        assertThat(throttle.begins("slow")).isTrue();
        assertThat(throttle.ends()).isTrue();
        assertThat(throttle.begins("slow")).isFalse();
        advance(Duration.ofMinutes(1));
        assertThat(throttle.begins("slow")).isTrue();
    }

    @Test
    void anotherKindIsLoggedAtOnce() {
        assertThat(throttle.begins("slow")).isTrue();
        assertThat(throttle.begins("denied")).isTrue();
        assertThat(throttle.begins("slow")).isFalse();
        assertThat(throttle.ends()).isTrue();
    }

    @Test
    void isIdleAMinuteAfterItsLastLine() {
        assertThat(throttle.idle()).isTrue();
        throttle.begins("slow");
        advance(Duration.ofHours(1));
        assertThat(throttle.idle()).as("the problem continues").isFalse();
        throttle.ends();
        assertThat(throttle.idle()).isTrue();
        throttle.begins("slow");
        throttle.ends();
        assertThat(throttle.idle()).as("logged a moment ago").isFalse();
    }
}
