package dev.tributary.stream;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The position at which a source begins that was never read before. */
public enum StartPosition {
    /** With the oldest change that the stream has. */
    TRIM_HORIZON,
    /** With the changes that are made from now on. */
    LATEST;

    /** Creation times have whole seconds, of a clock that may differ from that of this machine. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    /**
     * The time before which changes are passed without a write; empty if there is none.
     *
     * @param now when the first worker begins to read the source
     */
    Optional<Instant> startsAt(Instant now) {
        return this == LATEST ? Optional.of(now.minus(MARGIN).truncatedTo(ChronoUnit.SECONDS)) : Optional.empty();
    }
}
