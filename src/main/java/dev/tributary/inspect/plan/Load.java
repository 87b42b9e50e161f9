package dev.tributary.inspect.plan;

import dev.tributary.replication.VerifySettings;
import dev.tributary.stream.lease.LeaseTimings;
import java.time.Duration;
import java.util.Map;

/**
 * The load of a source, for the estimate of its costs.
 *
 * @param rate of its changes
 * @param workers that run
 * @param lease its duration
 * @param poll pause between two reads of a shard with changes
 * @param idlePoll pause between two reads of a shard without
 * @param checkpoint pause between two checkpoints
 * @param verify the continuous verification of each route, by its name
 */
public record Load(
        StreamRate rate,
        int workers,
        LeaseTimings lease,
        Duration poll,
        Duration idlePoll,
        Duration checkpoint,
        Map<String, VerifySettings> verify) {

    double changes() {
        return rate.changes();
    }

    double moves() {
        return rate.moves();
    }
}
