package dev.tributary.latewrite;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * When removals are repeated, and how long a write may be late.
 *
 * @param horizon after which no write that was sent takes effect any more: DynamoDB refuses its signature then
 * @param allowance added to the horizon for clocks that differ and for calls on their way
 * @param refresh pause between two looks at what other workers have announced
 */
public record LateWriteTiming(Duration horizon, Duration allowance, Duration refresh) {

    /** Most late writes arrive within seconds; the last repetition, at the horizon, is the one that proves. */
    private static final List<Duration> EARLY = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5));

    /** With the allowance and the pause that suit a real network. */
    public LateWriteTiming(Duration horizon) {
        this(horizon, Duration.ofSeconds(30), Duration.ofMinutes(1));
    }

    /** Milliseconds for which a write that was given up now, or a removal recorded now, has to be reckoned with. */
    long lateness() {
        return horizon.plus(allowance).toMillis();
    }

    /** When a removal is repeated, in milliseconds after it was recorded, ascending; the last one is {@link #lateness}. */
    List<Long> repetitions() {
        LongStream early =
                EARLY.stream().filter(delay -> delay.compareTo(horizon) < 0).mapToLong(Duration::toMillis);
        return Stream.concat(early.boxed(), Stream.of(lateness())).toList();
    }
}
