package dev.tributary.jobs.backfill;

import dev.tributary.jobs.reconcile.JobState;
import java.time.Instant;
import java.util.Optional;

/**
 * The recorded progress of the backfills of a route.
 *
 * @param read items and rows that the last one has read
 * @param refused items that it could not write
 * @param ended whether it has read all
 * @param savedAt when this was recorded
 * @param filledAt when a backfill of all items ended last; empty if none has
 * @param gaps of its plan
 * @param repairRefused items that the last repair that has ended could not write
 * @param source identity of the source table; empty text in records of a former version
 */
public record BackfillProgress(
        long read,
        long refused,
        boolean ended,
        Instant savedAt,
        Optional<Instant> filledAt,
        String gaps,
        long repairRefused,
        String source) {

    /**
     * Reads a record; empty if there is none.
     *
     * @param stored the state {@link BackfillPlan#BACKFILL} or {@link BackfillPlan#RESYNC}
     */
    public static Optional<BackfillProgress> of(JobState stored) {
        return BackfillState.progress(stored);
    }

    /** Whether a backfill of all items of this source table has ended. */
    public boolean hasFilled(String identity) {
        return filledAt.isPresent() && (source.isEmpty() || source.equals(identity));
    }

    /** Whether a backfill after these gaps has ended. */
    public boolean isDone(String wanted) {
        return ended && gaps.equals(wanted);
    }
}
