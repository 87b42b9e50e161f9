package dev.tributary.replication;

import dev.tributary.dynamo.WriteFailure.Kind;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pause before the next attempt: exponential backoff with full jitter.
 *
 * <p>Full jitter (a uniform draw from zero to the cap) spreads the retries of many writers best; see Marc Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
public final class Backoff {

    private static final Duration BASE = Duration.ofMillis(25);
    private static final Duration CAPACITY_CAP = Duration.ofSeconds(5);

    /** For failures that last until an operator acts; short enough to notice the repair soon. */
    private static final Duration OTHER_CAP = Duration.ofSeconds(15);

    private final RandomGenerator random;

    public Backoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * The pause after a failed attempt.
     *
     * @param failures failed attempts so far, from 1
     */
    public Duration delay(Kind kind, int failures) {
        Duration cap = kind == Kind.CAPACITY ? CAPACITY_CAP : OTHER_CAP;
        long ceiling = Math.min(cap.toMillis(), BASE.toMillis() << Math.min(failures, 20));
        return Duration.ofMillis(random.nextLong(ceiling + 1));
    }
}
