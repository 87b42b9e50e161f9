package dev.tributary.http.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.http.access.KeyedRateLimiter;
import dev.tributary.http.access.RateSettings;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BulkRequestLimiterTest {

    private static final BulkLimits LIMITS = new BulkLimits(4, 1000, Duration.ofMinutes(10));

    private final AtomicLong now = new AtomicLong();
    private final BulkRequestLimiter requests = new BulkRequestLimiter(LIMITS, Optional.empty(), now::get);

    @Test
    void oneCallerNeverHasAllSlots() {
        for (int i = 0; i < 3; i++) {
            requests.begin("greedy");
        }
        assertThatThrownBy(() -> requests.begin("greedy"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.document().type()).isEqualTo(ProblemType.BUSY));
        BulkRequestLimiter.Slot other = requests.begin("other");
        assertThatThrownBy(() -> requests.begin("third")).isInstanceOf(ProblemException.class);
        other.close();
        requests.begin("third");
    }

    @Test
    void singleSlotIsForAnyCaller() {
        BulkRequestLimiter single =
                new BulkRequestLimiter(new BulkLimits(1, 1000, Duration.ofMinutes(10)), Optional.empty(), now::get);
        single.begin("a").close();
        single.begin("b");
        assertThatThrownBy(() -> single.begin("a")).isInstanceOf(ProblemException.class);
    }

    @Test
    void requestEndsWhenItsTimeIsOverOrTheServerStops() {
        BulkRequestLimiter.Slot slot = requests.begin("a");
        now.addAndGet(Duration.ofMinutes(10).toNanos() - 1);
        assertThat(slot.over()).isEmpty();
        now.addAndGet(1);
        assertThat(slot.over()).map(ProblemDocument::type).contains(ProblemType.REQUEST_TIMEOUT);
        requests.stop();
        assertThat(slot.over()).map(ProblemDocument::type).contains(ProblemType.STOPPING);
    }

    @Test
    void documentsAfterTheFirstAreChargedToTheRateOfTheirCaller() {
        KeyedRateLimiter rate = new KeyedRateLimiter(new RateSettings.Rate(1, 3), new StandingClock());
        BulkRequestLimiter charging = new BulkRequestLimiter(LIMITS, Optional.of(rate), () -> now.getAndAdd(1_000_000));
        assertThat(rate.take("a")).as("the request itself").isZero();
        BulkRequestLimiter.Slot slot = charging.begin("a");
        assertThat(slot.charge()).isEmpty();
        assertThat(slot.charge()).isEmpty();
        assertThat(slot.charge()).isEmpty();
        assertThat(rate.take("a")).isPositive();
        assertThat(rate.take("b")).isZero();
        charging.stop();
        assertThat(slot.charge()).map(ProblemDocument::type).contains(ProblemType.STOPPING);
    }

    /** The clock is fixed, so no bucket is refilled. */
    private static final class StandingClock implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return 0;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
