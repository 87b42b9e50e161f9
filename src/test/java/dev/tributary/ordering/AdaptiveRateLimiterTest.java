package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A table of a given capacity and a writer that always has more to write, in virtual time. */
class AdaptiveRateLimiterTest {

    private static final long STEP = Duration.ofMillis(10).toNanos();
    private static final int BATCH = 25;
    private static final int CALLS = 8;

    private long now;
    private double capacity;
    private double room;
    private final AdaptiveRateLimiter limiter = new AdaptiveRateLimiter(() -> now);
    private long taken;
    private long throttled;

    @Test
    void aTableThatDoesNotThrottleGetsEveryWrite() {
        capacity = 1e9;
        write(Duration.ofSeconds(5));
        assertThat(limiter.rate()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(taken).isEqualTo(Duration.ofSeconds(5).toNanos() / STEP * BATCH * CALLS);
    }

    @Test
    void aTableThatThrottlesGetsLittleMoreThanItAccepts() {
        for (int each : new int[] {20, 500, 10_000}) {
            capacity = each;
            write(Duration.ofSeconds(30));
            assertTakesNearlyAll(Duration.ofSeconds(60));
            assertThat(throttled).as("throttled at %s", each).isLessThan((taken + throttled) / 7);
        }
    }

    @Test
    void aTableThatGrowsGetsMore() {
        capacity = 100;
        write(Duration.ofSeconds(30));
        capacity = 2_000;
        write(Duration.ofSeconds(30));
        assertTakesNearlyAll(Duration.ofSeconds(10));
    }

    @Test
    void theRateRecoversSoonAfterATableAcceptedNothing() {
        capacity = 1_000;
        write(Duration.ofSeconds(30));
        capacity = 0;
        write(Duration.ofSeconds(30));
        assertThat(limiter.rate()).isLessThan(20);
        capacity = 1_000;
        write(Duration.ofSeconds(8));
        assertTakesNearlyAll(Duration.ofSeconds(10));
    }

    @Test
    void aTableThatNoLongerThrottlesIsUnlimitedAgain() {
        capacity = 100;
        write(Duration.ofSeconds(10));
        assertThat(limiter.rate()).isLessThan(200);
        capacity = 1e9;
        write(Duration.ofSeconds(60));
        assertThat(limiter.rate()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void rareThrottlingDoesNotLimitTheRate() {
        for (int i = 0; i < 100; i++) {
            now += Duration.ofMillis(200).toNanos();
            limiter.throttled(1);
        }
        assertThat(limiter.rate()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    /** A key that is hot cannot be helped by fewer writes to the others. */
    @Test
    void fewThrottledWritesDoNotLowerTheRate() {
        capacity = 1e9;
        for (int i = 0; i < 1_000; i++) {
            now += STEP;
            limiter.answered(limiter.take(BATCH) - 1);
            limiter.throttled(1);
        }
        assertThat(limiter.rate()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void permitsThatAreGivenBackCanBeTakenAgain() {
        capacity = 500;
        write(Duration.ofSeconds(10));
        now += Duration.ofSeconds(10).toNanos();
        int permits = limiter.take(1_000);
        limiter.giveBack(permits);
        assertThat(permits).isPositive();
        assertThat(limiter.take(1_000)).isEqualTo(permits);
        assertThat(limiter.take(1_000)).isZero();
    }

    private void assertTakesNearlyAll(Duration time) {
        taken = 0;
        throttled = 0;
        write(time);
        assertThat(taken / (double) time.toSeconds())
                .as("writes/s of %s", capacity)
                .isBetween(0.8 * capacity, capacity + 1);
    }

    private void write(Duration time) {
        for (long end = now + time.toNanos(); now < end; now += STEP) {
            room = Math.min(Math.max(1, capacity / 10), room + capacity * STEP / 1e9);
            for (int call = 0; call < CALLS; call++) {
                int writes = limiter.take(BATCH);
                int accepted = (int) Math.min(writes, room);
                room -= accepted;
                taken += accepted;
                throttled += writes - accepted;
                limiter.answered(accepted);
                limiter.throttled(writes - accepted);
            }
        }
    }
}
