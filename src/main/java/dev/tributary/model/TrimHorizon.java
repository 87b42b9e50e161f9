package dev.tributary.model;

import java.time.Duration;
import java.time.Instant;

/** The age at which a DynamoDB stream drops its changes. */
public final class TrimHorizon {

    /** How long a stream keeps a change. */
    public static final Duration RETENTION = Duration.ofHours(24);

    private TrimHorizon() {}

    /**
     * Time until the stream drops changes that have not been replicated; negative if it may have dropped some. It is a lower
     * bound, because a shard may have had no change since.
     *
     * @param doneUntil the time up to which every change has been replicated
     */
    public static Duration left(Instant doneUntil, Instant now) {
        return RETENTION.minus(Duration.between(doneUntil, now));
    }

    /** {@link #left} as a clause, for people. */
    public static String leftText(Instant doneUntil, Instant now) {
        Duration left = left(doneUntil, now);
        return left.isNegative()
                ? "the stream may have dropped changes that no target has"
                : "at least " + TimeText.of(left) + " are left until the stream drops changes";
    }
}
