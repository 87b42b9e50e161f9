package dev.tributary.stream.read;

import dev.tributary.model.TrimHorizon;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.lease.StreamGap;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Applies the gap policy of a source to the gaps in one stream. Every gap is reported, and none is passed before it is
 * recorded in the lease table. Safe for any thread.
 */
public final class GapHandler {

    private final Context context;
    private final String streamArn;
    private final Instant since;

    /**
     * The parts that the gap handlers of a source's successive streams share.
     *
     * @param worker name of this process among the workers
     * @param checkStream requests a check of which stream the table has
     */
    public record Context(
            String source,
            String leaseTable,
            String worker,
            GapPolicy policy,
            SourceStateRow state,
            SourceHealth health,
            InstantSource clock,
            Runnable checkStream) {

        /** The record of a gap that this worker passes now. */
        public RecordedGap record(StreamGap gap, String more) {
            return new RecordedGap(
                    gap.id(), gap.describe() + more, clock.instant().truncatedTo(ChronoUnit.MILLIS), worker);
        }

        /** The advice for a gap at which reading is blocked. */
        public String advice() {
            return "Reading is blocked here (source." + source
                    + ".gaps=stop), because continuing would lose changes. To continue, and have the daemon repair the"
                    + " targets, set source." + source
                    + ".gaps=resync and restart; to continue without them, set source."
                    + source + ".gaps=continue; changes that are not read within 24 hours are lost too";
        }
    }

    /**
     * @param since when the first worker began to read the stream
     */
    public GapHandler(Context context, String streamArn, Instant since) {
        this.context = context;
        this.streamArn = streamArn;
        this.since = since;
    }

    /**
     * Reports the gap, and records it if the policy permits passing it.
     *
     * @return whether reading may continue past the gap
     * @throws SdkException if the gap cannot be recorded: the call is to be repeated
     */
    boolean pass(StreamGap.OfShard gap) {
        if (!context.policy().passes()) {
            context.health().blockedAt(gap, context.advice());
            return false;
        }
        context.state().passed(context.record(gap, ""));
        context.health().passed(gap);
        return true;
    }

    /**
     * The gap in front of a shard that no worker has read yet, if there is one.
     *
     * <p>Changes of a shard are promised from its opening, or from the beginning of reading if that is later. The id of a
     * shard contains the time of its opening. Changes promised longer ago than the retention of the stream may be lost.
     */
    Optional<StreamGap.OfShard> before(String unreadShard) {
        return StreamShards.opened(unreadShard)
                .filter(opened -> (opened.isAfter(since) ? opened : since)
                        .plus(TrimHorizon.RETENTION)
                        .isBefore(context.clock().instant()))
                .map(opened -> new StreamGap.Unread(unreadShard, opened));
    }

    /**
     * Whether this is still the stream that the workers read. If not, missing shards are no gap.
     *
     * @throws SdkException if the state of the source cannot be read
     */
    boolean streamIsCurrent() {
        boolean current = context.state()
                .read()
                .filter(agreed -> agreed.streamArn().equals(streamArn))
                .isPresent();
        if (!current) {
            context.checkStream().run();
        }
        return current;
    }

    /** The stream no longer exists; the check of the stream handles that. */
    void streamIsGone() {
        context.checkStream().run();
    }
}
