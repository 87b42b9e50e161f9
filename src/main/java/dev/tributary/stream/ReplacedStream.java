package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.PassedGap;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.stream.read.StreamShards;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.leases.Lease;

/**
 * A stream that takes no more changes, because it was disabled or its table deleted: its changes can be read for 24
 * hours more, and then it is gone.
 *
 * <p>Methods throw what the SDK throws.
 */
final class ReplacedStream {

    private static final Logger log = LoggerFactory.getLogger(ReplacedStream.class);

    private static final int MOST_NAMED = 3;

    private final String source;
    private final String streamArn;
    private final LeaseRows leases;
    private final SourceState ledger;

    ReplacedStream(String source, String streamArn, LeaseRows leases, SourceState ledger) {
        this.source = source;
        this.streamArn = streamArn;
        this.leases = leases;
        this.ledger = ledger;
    }

    /**
     * Whether every change in it is in the targets. Makes the leases that are missing for that, for which KCL's leader
     * would take half a minute.
     *
     * @param shards of the stream, as they are now
     */
    boolean readToItsEnd(StreamShards shards) {
        List<Lease> now = leases.all();
        if (!stillRead()) {
            return false; // another worker goes on to the next stream, and ends the leases of this one
        }
        List<Shard> missing =
                shards.withoutLease(now.stream().map(Lease::leaseKey).collect(Collectors.toSet()));
        missing.forEach(shard -> {
            log.info("source {}: shard {} has no lease yet, making it", source, shard.shardId());
            leases.create(shard);
        });
        return missing.isEmpty() && shards.allClosed() && now.stream().allMatch(LeaseRows::ended);
    }

    /** Which shards were not read to their ends, for people; empty if all were. */
    String unread() {
        List<Lease> unread =
                leases.all().stream().filter(Predicate.not(LeaseRows::ended)).toList();
        if (unread.isEmpty()) {
            return "";
        }
        String some = unread.stream()
                .limit(MOST_NAMED)
                .map(lease -> lease.leaseKey() + " at " + lease.checkpoint().sequenceNumber())
                .collect(Collectors.joining(", "));
        return "; %d of its shards not read to their ends (%s%s)"
                .formatted(unread.size(), some, unread.size() > MOST_NAMED ? ", and others" : "");
    }

    /**
     * Goes on to the next stream: the gap is written down, and the leases of this stream ended.
     *
     * <p>In this order: a worker that still reads this stream, and does not find a shard of the next one in it, learns from the
     * ledger that nothing is missing. The leases are not deleted, because the shard sync of such a worker would make them
     * anew; that of the next stream cleans up what has ended.
     *
     * @return false if another worker has done it
     */
    boolean moveOn(StreamGap.Replaced gap, PassedGap passed) {
        List<Lease> unread =
                leases.all().stream().filter(Predicate.not(LeaseRows::ended)).toList();
        if (!ledger.moveOn(gap, passed)) {
            return false;
        }
        for (Lease lease : unread) {
            log.warn(
                    "source {}: shard {} of the old stream ends unread after {}",
                    source,
                    lease.leaseKey(),
                    lease.checkpoint().sequenceNumber());
            leases.end(lease.leaseKey());
        }
        return true;
    }

    private boolean stillRead() {
        return ledger.read()
                .filter(reading -> reading.streamArn().equals(streamArn))
                .isPresent();
    }
}
