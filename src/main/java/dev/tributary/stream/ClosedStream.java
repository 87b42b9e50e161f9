package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.telemetry.LogFields;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.leases.Lease;

/**
 * A stream that takes no more changes, because it was disabled or its table was deleted. Its changes can be read for
 * another 24 hours.
 *
 * <p>Methods throw what the SDK throws.
 */
final class ClosedStream {

    private static final Logger log = LoggerFactory.getLogger(ClosedStream.class);

    private static final int MAX_NAMED = 3;

    private final String source;
    private final String streamArn;
    private final LeaseRows leases;
    private final SourceStateRow state;
    private final ShardSync sync;

    ClosedStream(String streamArn, ShardSync sync) {
        this.source = sync.source();
        this.streamArn = streamArn;
        this.leases = sync.leases();
        this.state = sync.state();
        this.sync = sync;
    }

    /**
     * Whether every change in the stream is in the targets. Creates leases that are missing for that.
     *
     * @param shards of the stream, as they are now
     */
    boolean readToItsEnd(StreamShards shards) {
        List<Lease> now = leases.all();
        if (!sync.isAgreed(streamArn)) {
            return false; // another worker has switched to the next stream, and ends the leases of this one
        }
        boolean complete = shards.withoutLease(ShardSync.keys(now)).isEmpty();
        sync.run(streamArn, shards, now);
        return complete && shards.allClosed() && now.stream().allMatch(LeaseRows::ended);
    }

    /** Describes the shards that were not read to their ends; empty if all were. */
    String unread() {
        List<Lease> unread =
                leases.all().stream().filter(Predicate.not(LeaseRows::ended)).toList();
        if (unread.isEmpty()) {
            return "";
        }
        String some = unread.stream()
                .limit(MAX_NAMED)
                .map(lease -> lease.leaseKey() + " at " + lease.checkpoint().sequenceNumber())
                .collect(Collectors.joining(", "));
        return "; %d of its shards not read to their ends (%s%s)"
                .formatted(unread.size(), some, unread.size() > MAX_NAMED ? ", and others" : "");
    }

    /**
     * Switches to the next stream: records the gap and the switch, and then ends the leases of this stream.
     *
     * <p>The order matters: a worker that still reads this stream, and does not find a shard of the next one in it, learns
     * from the state that nothing is missing. The leases are ended and not deleted, because the shard sync of such a worker
     * would create them again; the shard sync of the next stream deletes ended leases.
     *
     * @return false if another worker has switched
     */
    boolean switchToNext(StreamGap.Replaced gap, RecordedGap passed) {
        List<Lease> unread =
                leases.all().stream().filter(Predicate.not(LeaseRows::ended)).toList();
        if (!state.switchStream(gap, passed)) {
            return false;
        }
        for (Lease lease : unread) {
            log.warn(
                    "source {}: shard {} of the old stream ends unread after {}",
                    LogFields.source(source),
                    LogFields.shard(lease.leaseKey()),
                    lease.checkpoint().sequenceNumber());
            leases.end(lease.leaseKey());
        }
        return true;
    }
}
