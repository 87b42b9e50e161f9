package dev.tributary.latewrite;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The times at which removals are repeated, and the time for which a write may be late.
 *
 * @param horizon the time after which a sent write takes no effect, because DynamoDB refuses its signature
 * @param allowance added to the horizon for clocks that differ and for calls in flight
 * @param refresh interval at which the announcements of other workers are read
 */
public record LateWriteTiming(Duration horizon, Duration allowance, Duration refresh) {

    /** Most late writes arrive within seconds; only the last repetition, at the horizon, is certain to be last. */
    private static final List<Duration> EARLY = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5));

    /** A timing with the allowance and the interval for AWS. */
    public LateWriteTiming(Duration horizon) {
        this(horizon, Duration.ofSeconds(30), Duration.ofMinutes(1));
    }

    /** The time, in milliseconds, for which a write given up now, or a removal recorded now, may matter. */
    public long lateness() {
        return horizon.plus(allowance).toMillis();
    }

    /** The repetitions of a removal, in milliseconds after it was recorded, ascending; the last is {@link #lateness}. */
    List<Long> repetitions() {
        LongStream early =
                EARLY.stream().filter(delay -> delay.compareTo(horizon) < 0).mapToLong(Duration::toMillis);
        return Stream.concat(early.boxed(), Stream.of(lateness())).toList();
    }
}
