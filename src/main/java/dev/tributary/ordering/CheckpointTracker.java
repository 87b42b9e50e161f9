package dev.tributary.ordering;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the highest position up to which all positions are complete.
 *
 * <p>Positions are opened in stream order and completed in any order; a position is passed only when it and all before
 * it are complete. Opening and completing cost constant time, amortised. Safe for any thread.
 *
 * @param <P> position, a sequence number
 */
public final class CheckpointTracker<P> {

    private final Deque<Entry> open = new ArrayDeque<>();
    private @Nullable P passed;

    /** A position that is open until each of its parts is complete. */
    public final class Entry {
        private final P position;
        private final Runnable ended;
        private int parts;

        private Entry(P position, int parts, Runnable ended) {
            this.position = position;
            this.parts = parts;
            this.ended = ended;
        }

        /**
         * Completes one part.
         *
         * @throws IllegalStateException if all parts are complete already
         */
        public void complete() {
            synchronized (CheckpointTracker.this) {
                if (parts == 0) {
                    throw new IllegalStateException("Completed more often than it has parts: " + position);
                }
                parts--;
                advance();
                if (parts > 0) {
                    return;
                }
            }
            ended.run();
        }
    }

    /**
     * Opens the next position.
     *
     * @param parts number of its parts; with 0 it is complete at once
     * @param ended run once, when the position is complete, whether it has been passed or not
     */
    public Entry open(P position, int parts, Runnable ended) {
        Entry entry = new Entry(position, parts, ended);
        synchronized (this) {
            open.addLast(entry);
            advance();
        }
        if (parts == 0) {
            ended.run();
        }
        return entry;
    }

    /** The highest position passed so far; null before the first. */
    public synchronized @Nullable P passed() {
        return passed;
    }

    /** The first position that is open; null when none is. */
    public synchronized @Nullable P first() {
        Entry head = open.peekFirst();
        return head == null ? null : head.position;
    }

    /**
     * Waits until fewer than {@code limit} positions are open.
     *
     * @return false if the time ran out first
     */
    public synchronized boolean awaitFewerThan(int limit, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (open.size() >= limit) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** The number of positions that are not passed, including complete ones behind an incomplete one. */
    public synchronized int size() {
        return open.size();
    }

    private void advance() {
        int before = open.size();
        for (Entry head = open.peekFirst(); head != null && head.parts == 0; head = open.peekFirst()) {
            passed = head.position;
            open.removeFirst();
        }
        if (open.size() < before) {
            notifyAll();
        }
    }
}
