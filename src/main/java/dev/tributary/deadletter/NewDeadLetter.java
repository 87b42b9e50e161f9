package dev.tributary.deadletter;

import dev.tributary.model.Change;
import java.time.Instant;

/**
 * A change to park.
 *
 * @param route {@code <source>.<route>}
 * @param change with its images
 * @param reason why it is parked, for people
 * @param parkedAt the time of parking
 */
record NewDeadLetter(String route, Change change, String reason, Instant parkedAt) {

    DeadLetterPosition position() {
        return DeadLetterPosition.of(change.stamp());
    }
}
