package dev.tributary.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogThrottleTest {

    private long now = -5;
    private final LogThrottle<String> episodes = new LogThrottle<>(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void troubleIsSaidOnceAndItsEndOnce() {
        assertThat(episodes.ends()).isFalse();
        assertThat(episodes.begins("slow")).isTrue();
        pass(Duration.ofHours(1));
        assertThat(episodes.begins("slow")).isFalse();
        assertThat(episodes.ends()).isTrue();
        assertThat(episodes.ends()).isFalse();
    }

    @Test
    void whatComesAndGoesIsSaidOnceAMinute() {
        int news = 0;
        int ends = 0;
        for (int i = 0; i < 600; i++) {
            news += episodes.begins("slow") ? 1 : 0;
            ends += episodes.ends() ? 1 : 0;
            pass(Duration.ofSeconds(1));
        }
        assertThat(news).isEqualTo(10);
        assertThat(ends).isEqualTo(10);
    }

    @Test
    void whatComesBackSoonAndStaysIsSaidInTheEnd() {
        assertThat(episodes.begins("slow")).isTrue();
        assertThat(episodes.ends()).isTrue();
        assertThat(episodes.begins("slow")).isFalse();
        pass(Duration.ofMinutes(1));
        assertThat(episodes.begins("slow")).isTrue();
    }

    @Test
    void anotherKindIsNews() {
        assertThat(episodes.begins("slow")).isTrue();
        assertThat(episodes.begins("denied")).isTrue();
        assertThat(episodes.begins("slow")).isFalse();
        assertThat(episodes.ends()).isTrue();
    }
}
