package dev.tributary.inspect.plan;

import dev.tributary.stream.lease.LeaseTimings;
import java.time.Duration;

/**
 * What a source and its workers do, for the estimate of costs.
 *
 * @param rate of its changes
 * @param workers that run
 * @param lease its duration
 * @param poll pause between two reads of a shard with changes
 * @param idlePoll pause between two reads of a shard without
 * @param checkpoint pause between two checkpoints
 */
public record Load(
        StreamRate rate, int workers, LeaseTimings lease, Duration poll, Duration idlePoll, Duration checkpoint) {

    double changes() {
        return rate.changes();
    }

    double moves() {
        return rate.moves();
    }
}
