package dev.tributary.deadletter;

import dev.tributary.model.VersionStamp;
import java.time.Instant;

/**
 * A dead letter: a change that is parked in the table, as it was read, without its images.
 *
 * @param route {@code <source>.<route>}
 * @param stamp the version stamp of the change
 * @param kind INSERT, MODIFY or REMOVE; or UNDECODED
 * @param reason why the change is parked, for people
 * @param parkedAt when it was parked
 * @param parts number of rows with its images
 * @param replays how often the change was read again since it was parked. A job deletes a dead letter only if this is
 *     unchanged, because a replay begins with earlier changes, which may have brought back rows that the job has removed
 */
public record DeadLetter(
        String route, VersionStamp stamp, String kind, String reason, Instant parkedAt, int parts, long replays) {

    /** The digest that identifies the item of the change within the table. */
    public String item() {
        return DeadLetterPosition.item(stamp.owner());
    }

    DeadLetterPosition position() {
        return new DeadLetterPosition(item(), stamp.version());
    }
}
