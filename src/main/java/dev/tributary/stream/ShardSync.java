package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.leases.Lease;

/**
 * Brings the leases of a source in line with the shards of its stream: creates those that are missing, and deletes those of
 * shards that were read to their ends and are no longer in the stream. Every worker may do so at any time.
 *
 * <p>A lease of a shard that was not read to its end is never deleted: it is the only record of what was not read.
 *
 * <p>Methods throw what the SDK throws.
 */
record ShardSync(String source, LeaseRows leases, SourceStateRow state, InstantSource clock) {

    private static final Logger log = LoggerFactory.getLogger(ShardSync.class);

    /**
     * Age of a shard before which its lease stays: a worker that still reads the stream before this one would create it
     * again.
     */
    private static final Duration KEPT = Duration.ofHours(6);

    /**
     * Creates and deletes leases, unless the workers have switched to another stream meanwhile.
     *
     * @param shards of the stream, as they are now; none if the stream is gone
     * @param known the leases, as they are or were a moment ago
     */
    void run(String streamArn, StreamShards shards, List<Lease> known) {
        run(streamArn, shards, known, null);
    }

    /** @param owner the worker that owns the leases that are created; null if KCL's leader is to assign them */
    void run(String streamArn, StreamShards shards, List<Lease> known, @Nullable String owner) {
        List<Shard> missing = shards.withoutLease(keys(known));
        if (!missing.isEmpty() && isAgreed(streamArn)) {
            missing.forEach(shard -> log.info(
                    "source {}: shard {} has no lease yet, creating it",
                    LogFields.source(source),
                    LogFields.shard(shard.shardId())));
            leases.create(missing, owner);
        }
        deleteEnded(shards, known);
    }

    private void deleteEnded(StreamShards shards, List<Lease> known) {
        if (shards.all().isEmpty()) {
            return;
        }
        Set<String> present = shards.all().stream().map(Shard::shardId).collect(Collectors.toSet());
        List<String> gone = known.stream()
                .filter(LeaseRows::ended)
                .map(Lease::leaseKey)
                .filter(shardId -> !present.contains(shardId))
                .filter(shardId -> StreamShards.opened(shardId)
                        .filter(opened -> opened.plus(KEPT).isBefore(clock.instant()))
                        .isPresent())
                .toList();
        if (!gone.isEmpty()) {
            leases.deleteEnded(gone);
        }
    }

    /** Whether this is still the stream that the workers read. */
    boolean isAgreed(String streamArn) {
        return state.read()
                .filter(agreed -> agreed.streamArn().equals(streamArn))
                .isPresent();
    }

    static Set<String> keys(List<Lease> leases) {
        return leases.stream().map(Lease::leaseKey).collect(Collectors.toSet());
    }
}
