package dev.tributary.stream.read;

import dev.tributary.stream.lease.PassedGap;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.StreamGap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What becomes of the gaps in one stream: the policy of its source decides. Either way they are reported, and none is
 * passed before it is written down. Safe for any thread.
 */
public final class Gaps {

    /** How long a stream keeps a change. */
    private static final Duration RETENTION = Duration.ofHours(24);

    private static final Pattern SHARD_ID = Pattern.compile("shardId-(\\d{1,20})-.*");

    private final Context context;
    private final String streamArn;
    private final Instant since;

    /**
     * What the gaps of all streams of a source share.
     *
     * @param worker name of this process among the workers
     * @param lookNow asks for a look at which stream the table has
     */
    public record Context(
            String source,
            String leaseTable,
            String worker,
            GapPolicy policy,
            SourceState ledger,
            SourceHealth health,
            InstantSource clock,
            Runnable lookNow) {

        public PassedGap passed(StreamGap gap, String more) {
            return new PassedGap(
                    gap.id(), gap.describe() + more, clock.instant().truncatedTo(ChronoUnit.MILLIS), worker);
        }

        /** What to do about a gap at which reading stands still. */
        public String advice() {
            String goOn =
                    "set source." + source + ".gaps=continue and restart; what is not read within 24 hours is lost too";
            return switch (policy) {
                case STOP ->
                    "Reading stands still here (source." + source
                            + ".gaps=stop), because going on would lose changes. To go on without them, " + goOn;
                case RESYNC ->
                    "Reading stands still here until the source is copied anew (source." + source
                            + ".gaps=resync), which this version does not do by itself: stop all workers, empty the targets,"
                            + " delete the lease table " + leaseTable
                            + ", start again, then change every item of the source once. To go on without that, "
                            + goOn;
                case CONTINUE -> throw new IllegalStateException("Reading goes on");
            };
        }
    }

    /**
     * @param since when the first worker began with the stream
     */
    public Gaps(Context context, String streamArn, Instant since) {
        this.context = context;
        this.streamArn = streamArn;
        this.since = since;
    }

    /**
     * Whether reading may go on past the gap.
     *
     * @throws SdkException if it may, and cannot be written down: it is to be asked again
     */
    boolean pass(StreamGap.OfShard gap) {
        if (context.policy() != GapPolicy.CONTINUE) {
            context.health().blockedAt(gap, context.advice());
            return false;
        }
        context.ledger().passed(context.passed(gap, ""));
        context.health().passed(gap);
        return true;
    }

    /**
     * The gap in front of a shard that nobody has read yet, if there is one.
     *
     * <p>A shard that was there when reading of the stream began is promised from that moment on, a later one from its
     * first change on. Its id tells when it was opened. What was promised longer ago than the stream keeps a change may
     * be lost.
     */
    Optional<StreamGap.OfShard> before(String unreadShard) {
        Matcher id = SHARD_ID.matcher(unreadShard);
        if (!id.matches()) {
            return Optional.empty();
        }
        Instant opened = Instant.ofEpochMilli(Long.parseLong(id.group(1)));
        Instant promised = opened.isAfter(since) ? opened : since;
        return promised.plus(RETENTION).isBefore(context.clock().instant())
                ? Optional.of(new StreamGap.Unread(unreadShard, opened))
                : Optional.empty();
    }

    /**
     * Whether this is still the stream that the workers read: if not, its shards are missing for a good reason.
     *
     * @throws SdkException if that cannot be told now
     */
    boolean current() {
        boolean current = context.ledger()
                .read()
                .filter(reading -> reading.streamArn().equals(streamArn))
                .isPresent();
        if (!current) {
            context.lookNow().run();
        }
        return current;
    }

    /** The stream itself is gone, which is for who reads it to deal with. */
    void streamIsGone() {
        context.lookNow().run();
    }
}
