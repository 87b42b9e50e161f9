package dev.tributary.deadletter;

import dev.tributary.model.VersionStamp;
import java.time.Instant;

/**
 * A change in the table of dead letters, without its images.
 *
 * @param route {@code <source>.<route>}
 * @param stamp the change's own
 * @param reason why it was parked, for people
 * @param parkedAt when
 */
public record ParkedChange(String route, VersionStamp stamp, String reason, Instant parkedAt) {}
