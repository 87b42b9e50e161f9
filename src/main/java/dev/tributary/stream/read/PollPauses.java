package dev.tributary.stream.read;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The pauses between the reads of the shards of one source, which {@link #wake} ends. Safe for any thread. */
public final class PollPauses {

    private static final int WAKES_PER_INTERVAL = 4;

    /** The pause while reading is held. */
    private static final Duration ENDLESS = Duration.ofDays(1);

    private final Duration interval;
    private final Duration idle;
    private final LongSupplier nanoTime;
    private final ReadDemand demand = new ReadDemand();
    private final Map<Pause, Boolean> pauses = new ConcurrentHashMap<>();
    private final AtomicLong woken = new AtomicLong();
    private volatile boolean held;

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

    /**
     * The pauses of a new reader of a shard, whose first read is due at once.
     *
     * @param shortened called when a wake has made the pause shorter
     */
    Pause open(Runnable shortened) {
        Pause pause = new Pause(shortened);
        pauses.put(pause, true);
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
            int shards = pauses.size();
            pauses.keySet().forEach(pause -> pause.wake(shards));
        }
    }

    /** Makes all pauses last until this is called with false. A read that is under way ends. */
    public void hold(boolean hold) {
        boolean before = held;
        held = hold;
        if (before && !hold) {
            pauses.keySet().forEach(pause -> pause.shortened.run());
        }
    }

    /** The pauses of one reader of a shard. */
    final class Pause implements AutoCloseable {

        private final PollPace pace = new PollPace(interval, idle, demand, nanoTime.getAsLong());
        private final Runnable shortened;

        private Pause(Runnable shortened) {
            this.shortened = shortened;
        }

        /** Time until the next read is due; 0 if it is. */
        Duration left() {
            return held ? ENDLESS : Duration.ofNanos(Math.max(0, pace.left(nanoTime.getAsLong())));
        }

        /** Whether the next read is one of many that are due at the same time, and of which none is urgent. */
        boolean inRound() {
            return pace.inRound();
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

        private void wake(int shards) {
            if (pace.wake(shards, nanoTime.getAsLong()) && !held) {
                shortened.run();
            }
        }

        @Override
        public void close() {
            pauses.remove(this);
            pace.close();
        }
    }
}
