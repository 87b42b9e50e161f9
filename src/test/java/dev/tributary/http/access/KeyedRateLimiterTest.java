package dev.tributary.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.http.access.RateSettings.Rate;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class KeyedRateLimiterTest {

    private long now;

    private final KeyedRateLimiter buckets = new KeyedRateLimiter(new Rate(2, 3), new TimeMeter() {
        @Override
        public long currentTimeNanos() {
            return now;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    });

    @Test
    void returnsTheTimeToWaitOnceTheBurstIsSpent() {
        for (int i = 0; i < 3; i++) {
            assertThat(buckets.take("a")).isEqualTo(Duration.ZERO);
        }
        assertThat(buckets.take("a")).isEqualTo(Duration.ofMillis(500));
        assertThat(buckets.take("b")).isEqualTo(Duration.ZERO);
        now += Duration.ofMillis(500).toNanos();
        assertThat(buckets.take("a")).isEqualTo(Duration.ZERO);
        assertThat(buckets.take("a")).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void memoryOfNamesIsBounded() {
        for (int i = 0; i < 20_000; i++) {
            buckets.take("name" + i);
            buckets.take("kept");
        }
        assertThat(buckets.names()).isEqualTo(10_000);
        assertThat(buckets.take("kept")).as("is in use, so it is not forgotten").isPositive();
    }
}
