package dev.tributary.replication;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The state of one worker's ownership of one shard lease, from the first renewal until every call has ended or timed out.
 *
 * <p>It is <em>held</em> while renewals come in time, <em>late</em> while the next one is overdue, <em>draining</em> once
 * the lease is to be handed over, <em>quiet</em> once no call is in flight that has not timed out, and <em>gone</em> once
 * the lease is lost. All parts of the worker read it here: the fence before each call, the intake of changes, and the
 * release of the lease.
 *
 * <p>Another worker may take the lease when a lease duration has passed since the last renewal took effect. The start of
 * the renewal is the only known lower bound of that moment, so all times count from the starts of renewals. A call starts
 * only if its timeout ends before the lease may be taken.
 *
 * <p>Reads take a volatile read and, until the lease is lost, no lock. Safe for any thread.
 */
public final class ShardOwnership implements Fence {

    private final Timing timing;
    private final LongSupplier nanoTime;
    private final AtomicInteger inFlight = new AtomicInteger();

    /** Replaced under this lock, read without it. */
    private volatile Terms terms;

    private long attempted = -1;
    private long attemptedAt;

    /**
     * The times of a lease.
     *
     * @param lease time without renewal after which another worker may take the lease
     * @param call longest time from the start of a call to its end
     * @param drain longest time for which calls start once draining has begun
     */
    public record Timing(Duration lease, Duration call, Duration drain) {
        public Timing {
            if (call.compareTo(lease) >= 0) {
                throw new IllegalArgumentException(
                        "A call may take " + call + ", which must be less than the lease duration " + lease);
            }
        }
    }

    /** See {@link ShardOwnership}. */
    enum State {
        HELD,
        LATE,
        DRAINING,
        QUIET,
        GONE
    }

    /**
     * An immutable snapshot of the lease. Times are those of the injected clock.
     *
     * @param renewed whether a renewal has succeeded
     * @param renewedAt start of the last successful renewal, or of the ownership before the first
     * @param draining whether the lease is to be handed over
     * @param lastStart time after which no call starts; only while draining
     * @param gone whether the lease is lost
     * @param finished whether the shard has been read to its end
     */
    private record Terms(
            boolean renewed, long renewedAt, boolean draining, long lastStart, boolean gone, boolean finished) {

        Terms afterRenewal(long start) {
            return new Terms(
                    true, renewed && start - renewedAt < 0 ? renewedAt : start, draining, lastStart, gone, finished);
        }

        Terms drainingUntil(long last) {
            return new Terms(
                    renewed, renewedAt, true, draining && lastStart - last < 0 ? lastStart : last, gone, finished);
        }

        Terms afterLoss() {
            return new Terms(renewed, renewedAt, draining, lastStart, true, finished);
        }

        Terms afterShardEnd() {
            return new Terms(renewed, renewedAt, draining, lastStart, gone, true);
        }
    }

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public ShardOwnership(Timing timing, LongSupplier nanoTime) {
        this.timing = timing;
        this.nanoTime = nanoTime;
        this.terms = new Terms(false, nanoTime.getAsLong(), false, 0, false, false);
    }

    /**
     * Notes the start of a call that increments the lease's counter from this value.
     *
     * @return the start time that counts for it: that of the first such call for this value. If the answer of an earlier
     *     call was lost, that call may have incremented the counter; the repetition then succeeds without a write, and the
     *     lease counts from the earlier call
     */
    public synchronized long attempt(long counter) {
        if (counter != attempted) {
            attempted = counter;
            attemptedAt = nanoTime.getAsLong();
        }
        return attemptedAt;
    }

    /**
     * Notes a renewal that succeeded, and would have failed if the lease had been handed over or taken.
     *
     * @param start of the renewal, as {@link #attempt} returned it
     * @return false if the lease is lost all the same: it had expired before the renewal was answered, and changes may have
     *     been left to the next owner meanwhile
     */
    public synchronized boolean renewed(long start) {
        if (seen(nanoTime.getAsLong()).gone()) {
            return terms.finished();
        }
        terms = terms.afterRenewal(start);
        return true;
    }

    /**
     * The lease is to be handed over. No more changes are taken, and those taken may be written for the drain time.
     *
     * @param from when the hand-over was requested, or the start of the renewal that revealed it
     */
    public synchronized void drain(long from) {
        terms = terms.drainingUntil(from + timing.drain().toNanos());
    }

    /** No call starts from now on. */
    public synchronized void seal() {
        terms = terms.drainingUntil(nanoTime.getAsLong());
    }

    /** The shard has been read to its end. Its lease may be renewed as before, and no call starts. */
    public synchronized void finish() {
        seal();
        terms = terms.afterShardEnd();
    }

    /** The lease belongs to another worker or to none. */
    public synchronized void lose() {
        seal();
        terms = terms.afterLoss();
    }

    /** Whether a call may start now; false before the first renewal. */
    @Override
    public boolean holds() {
        Terms now = terms;
        return now.renewed() && nanoTime.getAsLong() - startsUntil(now) < 0;
    }

    @Override
    public boolean lost() {
        long time = nanoTime.getAsLong();
        return isLost(seen(time), time);
    }

    /** Whether no more changes may be taken. */
    @Override
    public boolean draining() {
        return terms.draining() || lost();
    }

    @Override
    public boolean begin() {
        // Counted before the clock is read: otherwise quiet() could miss an attempt that is about to start.
        inFlight.incrementAndGet();
        if (holds()) {
            return true;
        }
        inFlight.decrementAndGet();
        return false;
    }

    @Override
    public void end() {
        inFlight.decrementAndGet();
    }

    /** Whether a renewal has succeeded. */
    public boolean renewed() {
        return terms.renewed();
    }

    /**
     * Whether the lease may pass to another worker: no call can start, and none is in flight that has not timed out.
     */
    public boolean quiet() {
        long time = nanoTime.getAsLong();
        Terms now = seen(time);
        return isLost(now, time)
                && (inFlight.get() == 0
                        || time - startsUntil(now) - timing.call().toNanos() >= 0);
    }

    /**
     * Whether the lease may be renewed: not once another worker could have taken it, and only for a limited time while it
     * waits to be handed over, because no worker reads the shard meanwhile.
     */
    public boolean renewable() {
        long time = nanoTime.getAsLong();
        Terms now = seen(time);
        if (now.finished()) {
            return true;
        }
        if (now.gone()) {
            return false;
        }
        Duration handOver = timing.call().plus(timing.lease()).plus(timing.lease());
        return !now.draining() || time - now.lastStart() < handOver.toNanos();
    }

    /**
     * Whether no call may start because the next renewal is overdue; false while draining and once the lease is lost.
     */
    public boolean overdue() {
        Terms now = terms;
        return !now.gone() && !now.draining() && nanoTime.getAsLong() - startsUntil(now) >= 0;
    }

    /** Time since the start of the last successful renewal, or of the ownership before the first. */
    public Duration sinceRenewal() {
        return Duration.ofNanos(nanoTime.getAsLong() - terms.renewedAt());
    }

    State state() {
        if (seen(nanoTime.getAsLong()).gone()) {
            return State.GONE;
        }
        if (draining()) {
            return quiet() ? State.QUIET : State.DRAINING;
        }
        return holds() ? State.HELD : State.LATE;
    }

    /**
     * The terms at this time. That a lease has expired is final once anybody has seen it: who saw it left changes to the
     * next owner, so no late answer to a renewal may make this worker the owner again.
     */
    private Terms seen(long time) {
        Terms now = terms;
        return now.gone() || !expired(now, time) ? now : expire(time);
    }

    private synchronized Terms expire(long time) {
        if (expired(terms, time)) {
            lose();
        }
        return terms;
    }

    private boolean isLost(Terms now, long time) {
        return now.gone() || (now.draining() && time - now.lastStart() >= 0);
    }

    private boolean expired(Terms now, long time) {
        return time - now.renewedAt() - timing.lease().toNanos() >= 0;
    }

    private long startsUntil(Terms now) {
        long end = now.renewedAt() + timing.lease().minus(timing.call()).toNanos();
        return now.draining() && now.lastStart() - end < 0 ? now.lastStart() : end;
    }
}
