package dev.tributary.http.access;

import dev.tributary.http.access.RateSettings.Rate;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One token bucket for each name. With more than 10,000 names, the bucket unused for longest is dropped: it is full again
 * by then, or one client has more addresses than can be counted. Safe for any thread.
 */
public final class KeyedRateLimiter {

    private static final int MAX_NAMES = 10_000;

    private final Rate rate;
    private final TimeMeter time;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_NAMES;
        }
    };

    public KeyedRateLimiter(Rate rate, TimeMeter time) {
        this.rate = rate;
        this.time = time;
    }

    /** Takes one token. Returns zero if there was one, else the time until the next. */
    public Duration take(String name) {
        ConsumptionProbe probe = bucket(name).tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Duration.ZERO : Duration.ofNanos(probe.getNanosToWaitForRefill());
    }

    private synchronized Bucket bucket(String name) {
        return buckets.computeIfAbsent(name, unknown -> Bucket.builder()
                .addLimit(limit -> limit.capacity(rate.burst()).refillGreedy(rate.perSecond(), Duration.ofSeconds(1)))
                .withCustomTimePrecision(time)
                .build());
    }

    synchronized int names() {
        return buckets.size();
    }
}
