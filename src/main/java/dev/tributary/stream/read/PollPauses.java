package dev.tributary.stream.read;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The pauses between the reads of the shards of one source, which {@link #wake} ends. Safe for any thread. */
public final class PollPauses {

    private static final int WAKES_PER_INTERVAL = 4;

    private final Duration interval;
    private final Duration idle;
    private final LongSupplier nanoTime;
    private final Map<String, Pause> pauses = new ConcurrentHashMap<>();
    private final AtomicLong woken = new AtomicLong();

    /**
     * @param interval between two reads of a shard that has had changes recently
     * @param idle longest interval
     */
    public PollPauses(Duration interval, Duration idle) {
        this(interval, idle, System::nanoTime);
    }

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    PollPauses(Duration interval, Duration idle, LongSupplier nanoTime) {
        this.interval = interval;
        this.idle = idle;
        this.nanoTime = nanoTime;
        woken.set(nanoTime.getAsLong() - interval.toNanos());
    }

    /** The longest pause between two reads that succeed. */
    public Duration longest() {
        return interval.compareTo(idle) < 0 ? idle : interval;
    }

    /** The pauses of a new reader of the shard, whose first read is due at once. */
    public Pause open(String shardId) {
        Pause pause = new Pause(new PollPace(interval, idle, nanoTime.getAsLong()));
        Pause before = pauses.put(shardId, pause);
        if (before != null) {
            before.end();
        }
        return pause;
    }

    /**
     * The source probably has a change: its shards are read soon. Of many calls within a quarter of the poll interval only
     * the first counts; the pauses are short after it anyway.
     */
    public void wake() {
        long now = nanoTime.getAsLong();
        long before = woken.get();
        if (now - before >= interval.toNanos() / WAKES_PER_INTERVAL && woken.compareAndSet(before, now)) {
            pauses.values().forEach(Pause::wake);
        }
    }

    /** The reader of the shard stops: its pause ends, and no other begins. */
    public void close(String shardId) {
        Pause pause = pauses.remove(shardId);
        if (pause != null) {
            pause.end();
        }
    }

    /** The pauses of one reader of a shard. */
    public final class Pause {

        private final PollPace pace;

        /** Guarded by this. */
        private boolean ended;

        private Pause(PollPace pace) {
            this.pace = pace;
        }

        /** Waits until the next read is due. */
        synchronized void await() throws InterruptedException {
            long left = pace.left(nanoTime.getAsLong());
            while (left > 0 && !ended) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = pace.left(nanoTime.getAsLong());
            }
        }

        void read(int changes) {
            pace.read(changes, nanoTime.getAsLong());
        }

        void failed() {
            pace.failed(nanoTime.getAsLong());
        }

        void waits() {
            pace.waits(nanoTime.getAsLong());
        }

        private synchronized void wake() {
            pace.wake(nanoTime.getAsLong());
            notifyAll();
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
        }
    }
}
