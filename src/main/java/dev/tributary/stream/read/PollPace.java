package dev.tributary.stream.read;

import dev.tributary.ordering.Rounds;
import java.time.Duration;

/**
 * Determines when a shard is read next: at once after a large batch, because more changes are waiting; after half the poll
 * interval following a small one; and otherwise after an eighth of the time without changes, between the poll interval and
 * the idle poll interval. While many shards of the source have changes, pauses are longer: see {@link ReadDemand}. Long
 * pauses end with one of the {@link Rounds}. After failures the pause is longer with each. Times are those of a monotonic
 * clock in nanoseconds, and are passed in. Safe for any thread.
 */
final class PollPace {

    /** GetRecords returns at most 1,000 records or 1 MB; a reader that has caught up gets a few. */
    private static final int LARGE_BATCH = 100;

    /** A change waits an eighth longer than the shard was quiet before it, at most. */
    private static final int QUIET_DIVISOR = 8;

    private static final long ERROR_PAUSE = Duration.ofMillis(100).toNanos();
    private static final long MAX_ERROR_PAUSE = Duration.ofSeconds(5).toNanos();

    private final long interval;
    private final long idle;
    private final ReadDemand demand;

    /** This shard's part of the demand; guarded by this, as all below. */
    private double demanded;

    /** End of the last read. */
    private long read;

    /** Time of the last change or wake. */
    private long active;

    private long next;
    private boolean inRound;
    private int errors;

    /**
     * @param interval between two reads of a shard that has had changes recently
     * @param idle longest interval; the other one if that is longer
     * @param demand of the shards of the source together
     */
    PollPace(Duration interval, Duration idle, ReadDemand demand, long now) {
        this.interval = interval.toNanos();
        this.idle = Math.max(this.interval, idle.toNanos());
        this.demand = demand;
        this.read = now;
        this.active = now;
        this.next = now;
    }

    /** A read has ended with this number of changes. */
    synchronized void read(int changes, long now) {
        if (changes > 0) {
            active = now;
        }
        errors = 0;
        long wanted = pauseAfter(changes, now - active);
        want(wanted);
        long pause = demand.stretch(wanted, idle);
        pause(now, Rounds.after(now, pause), Rounds.end(pause));
    }

    private long pauseAfter(int changes, long quiet) {
        if (changes >= LARGE_BATCH) {
            return 0;
        }
        return changes > 0 ? interval / 2 : Math.min(idle, Math.max(interval, quiet / QUIET_DIVISOR));
    }

    /**
     * @param pause 0 for no further reads, or for one that is not delayed in any case
     */
    private void want(long pause) {
        double next = pause == 0 ? 0 : 1e9 / pause;
        demand.change(next - demanded);
        demanded = next;
    }

    /** The shard could not be read. */
    synchronized void failed(long now) {
        want(0);
        pause(now, Math.min(MAX_ERROR_PAUSE, ERROR_PAUSE << Math.min(errors, 10)));
        errors++;
    }

    /** The shard is not read any more. */
    synchronized void close() {
        want(0);
    }

    /** The shard was not read, because there is no room for its changes. */
    synchronized void waits(long now) {
        want(0);
        pause(now, interval);
    }

    /**
     * The shard probably has a change: it is read at once, but no sooner after the last read than while changes arrive,
     * and in short intervals from then on, because changes reach the stream with a delay. Failed reads keep their pause.
     *
     * @param shards that are woken at the same time
     * @return whether the next read is earlier than before
     */
    synchronized boolean wake(int shards, long now) {
        active = now;
        long soon = read + Math.max(interval / 2, ReadDemand.spread(shards, idle));
        if (errors > 0 || soon - next >= 0) {
            return false;
        }
        next = soon;
        inRound = false;
        return true;
    }

    /** Time until the next read in nanoseconds; 0 or less if it is due. */
    synchronized long left(long now) {
        return next - now;
    }

    /** Whether the next read is one of a round. */
    synchronized boolean inRound() {
        return inRound;
    }

    private void pause(long now, long pause) {
        pause(now, now + pause, false);
    }

    private void pause(long now, long end, boolean endsWithRound) {
        read = now;
        next = end;
        inRound = endsWithRound;
    }
}
