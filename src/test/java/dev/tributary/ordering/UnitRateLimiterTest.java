package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnitRateLimiterTest {

    private final AtomicLong now = new AtomicLong(-5);

    @Test
    void callsThatStartTogetherDoNotExceedTheRateTogether() {
        UnitRateLimiter limiter = new UnitRateLimiter(10, now::get);
        assertThat(limiter.reserve(5)).isZero();
        assertThat(limiter.reserve(5)).isEqualTo(Duration.ofMillis(500));
        assertThat(limiter.reserve(1)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aCallThatCostMoreThanItsEstimateDelaysTheNext() {
        UnitRateLimiter limiter = new UnitRateLimiter(10, now::get);
        limiter.reserve(1);
        limiter.correct(1, 20);
        assertThat(limiter.reserve(1)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void idleTimeGivesNoCredit() {
        UnitRateLimiter limiter = new UnitRateLimiter(10, now::get);
        limiter.reserve(1);
        now.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(limiter.reserve(10)).isZero();
        assertThat(limiter.reserve(10)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theMeanRateKeepsToTheLimitHoweverWrongTheEstimatesAre() {
        UnitRateLimiter limiter = new UnitRateLimiter(100, now::get);
        Random random = new Random(1);
        double consumed = 0;
        for (int i = 0; i < 10_000; i++) {
            double estimate = random.nextDouble(1, 50);
            double cost = random.nextDouble(1, 50);
            now.addAndGet(limiter.reserve(estimate).toNanos());
            limiter.correct(estimate, cost);
            consumed += cost;
        }
        now.addAndGet(limiter.reserve(1).toNanos());
        assertThat(consumed / (now.get() / 1e9)).isCloseTo(100, within(1.0));
    }

    @Test
    void withoutALimitNothingWaits() {
        UnitRateLimiter limiter = UnitRateLimiter.unlimited();
        limiter.reserve(1e9);
        assertThat(limiter.reserve(1e9)).isZero();
    }

    @Test
    void aRateOfZeroIsRefused() {
        assertThatThrownBy(() -> new UnitRateLimiter(0, now::get)).hasMessageContaining("not 0.0");
    }
}
