package dev.tributary.replication;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * One worker's ownership of one shard lease, from its first renewal until its last call has passed its time.
 *
 * <p>It is <em>held</em> while renewals come in time, <em>late</em> while the next one is awaited, <em>draining</em> once
 * the lease is to pass to another worker, <em>quiet</em> when no call is in flight that could still take effect in time,
 * and <em>gone</em> once the lease is lost. Every part of the worker that has to know reads it here: the fence before each
 * call, the intake of changes, and whoever releases the lease.
 *
 * <p>Another worker may take the lease when a lease duration has passed since the last renewal took effect. When that
 * was, only its start bounds from below, so all times count from the starts of renewals. A call starts only if it ends,
 * at its timeout at the latest, before the lease may pass.
 *
 * <p>Reads cost a volatile read and no lock. Safe for any thread.
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
    public enum State {
        HELD,
        LATE,
        DRAINING,
        QUIET,
        GONE
    }

    /**
     * What is known of the lease. Times are those of the injected clock.
     *
     * @param renewed whether a renewal has succeeded
     * @param renewedAt start of the last successful renewal; of the ownership as long as there was none
     * @param draining whether the lease is to pass to another worker
     * @param lastStart from when on no call starts; only while draining
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
     * A call begins that would raise the lease's counter from this value.
     *
     * @return the start that counts for it. If the answer of an earlier such call was lost, that one may have raised the
     *     counter; then this one finds it raised and succeeds, and the lease lives from the earlier one only
     */
    public synchronized long attempt(long counter) {
        if (counter != attempted) {
            attempted = counter;
            attemptedAt = nanoTime.getAsLong();
        }
        return attemptedAt;
    }

    /**
     * A renewal succeeded that would have failed if the lease had been handed over or taken.
     *
     * @param start of it, as {@link #attempt} returned it
     */
    public synchronized void renewed(long start) {
        terms = terms.afterRenewal(start);
    }

    /**
     * The lease is to pass to another worker. The changes taken may still be written for the drain time, and nothing is
     * taken any more.
     *
     * @param from when that was asked for, or the start of the renewal that revealed it
     */
    public synchronized void drain(long from) {
        terms = terms.drainingUntil(from + timing.drain().toNanos());
    }

    /** No call starts from now on. */
    public synchronized void seal() {
        terms = terms.drainingUntil(nanoTime.getAsLong());
    }

    /** The shard has been read to its end. Its lease may be renewed as before, and nothing is written on account of it. */
    public synchronized void finish() {
        seal();
        terms = terms.afterShardEnd();
    }

    /** The lease is another worker's, or nobody's. */
    public synchronized void lose() {
        seal();
        terms = terms.afterLoss();
    }

    /** Whether a call may start now: false before the first renewal. */
    @Override
    public boolean holds() {
        Terms now = terms;
        return now.renewed() && nanoTime.getAsLong() - startsUntil(now) < 0;
    }

    @Override
    public boolean lost() {
        Terms now = terms;
        return isLost(now, nanoTime.getAsLong());
    }

    /** Whether no change may be taken any more. */
    @Override
    public boolean draining() {
        return terms.draining() || lost();
    }

    @Override
    public boolean begin() {
        // Counted before the look at the clock, so that whoever finds nothing in flight after the last start is right.
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
     * Whether the lease may pass to another worker: no call starts any more, and those in flight, if there are any, have
     * passed their time.
     */
    public boolean quiet() {
        Terms now = terms;
        long time = nanoTime.getAsLong();
        return isLost(now, time)
                && (inFlight.get() == 0
                        || time - startsUntil(now) - timing.call().toNanos() >= 0);
    }

    /**
     * Whether the lease may be renewed. It may not once it could have been taken, and not for ever while it waits to be
     * handed over: nobody would read the shard.
     */
    public boolean renewable() {
        Terms now = terms;
        if (now.finished()) {
            return true;
        }
        long time = nanoTime.getAsLong();
        if (now.gone() || expired(now, time)) {
            return false;
        }
        Duration handOver = timing.call().plus(timing.lease()).plus(timing.lease());
        return !now.draining() || time - now.lastStart() < handOver.toNanos();
    }

    /**
     * Whether the next renewal is awaited for so long that no call may start: not while the lease is to pass to another
     * worker, nor once it was given up.
     */
    public boolean overdue() {
        Terms now = terms;
        return !now.gone() && !now.draining() && nanoTime.getAsLong() - startsUntil(now) >= 0;
    }

    /** Time since the start of the last successful renewal; of the ownership as long as there was none. */
    public Duration sinceRenewal() {
        return Duration.ofNanos(nanoTime.getAsLong() - terms.renewedAt());
    }

    public State state() {
        Terms now = terms;
        if (now.gone() || expired(now, nanoTime.getAsLong())) {
            return State.GONE;
        }
        if (now.draining()) {
            return quiet() ? State.QUIET : State.DRAINING;
        }
        return holds() ? State.HELD : State.LATE;
    }

    private boolean isLost(Terms now, long time) {
        return now.gone() || expired(now, time) || (now.draining() && time - now.lastStart() >= 0);
    }

    private boolean expired(Terms now, long time) {
        return time - now.renewedAt() - timing.lease().toNanos() >= 0;
    }

    private long startsUntil(Terms now) {
        long end = now.renewedAt() + timing.lease().minus(timing.call()).toNanos();
        return now.draining() && now.lastStart() - end < 0 ? now.lastStart() : end;
    }
}
