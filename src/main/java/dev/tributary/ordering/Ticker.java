package dev.tributary.ordering;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task periodically, until it is stopped or the task fails: timed by the timer of the process, and on a thread of the
 * process only while it runs. The interval is the pause between two runs; a long one ends with one of the {@link Rounds}.
 * Started once.
 */
public final class Ticker {

    private static final Logger log = LoggerFactory.getLogger(Ticker.class);

    private static final Duration STOP = Duration.ofSeconds(1);

    private final String name;
    private final Duration interval;
    private final Task task;
    private final Threads threads;
    private final Consumer<Throwable> onFatal;

    /** Guarded by this, as is the next. */
    private boolean stopped;

    private @Nullable Thread running;

    /** A task that may be interrupted by {@link #stop}. */
    @FunctionalInterface
    public interface Task {
        void run() throws InterruptedException;
    }

    /**
     * Where the task runs.
     *
     * @param timer runs nothing that waits
     * @param executor runs the task, which may wait; may drop it when the process stops
     */
    public record Threads(ScheduledExecutorService timer, Executor executor) {}

    /**
     * @param name for the log
     * @param onFatal receives what the task throws
     */
    public Ticker(String name, Duration interval, Task task, Threads threads, Consumer<Throwable> onFatal) {
        this.name = name;
        this.interval = interval;
        this.task = task;
        this.threads = threads;
        this.onFatal = onFatal;
    }

    public void start() {
        long now = System.nanoTime();
        start(Duration.ofNanos(Rounds.after(now, interval.toNanos()) - now));
    }

    public void start(Duration first) {
        try {
            threads.timer()
                    .schedule(() -> threads.executor().execute(this::run), first.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("{} ends, as the process stops", name);
        }
    }

    /** No run begins from now on. */
    public synchronized void cancel() {
        stopped = true;
    }

    /** Interrupts the task, and waits a second for its end. */
    public synchronized void stop() throws InterruptedException {
        stopped = true;
        if (running != null) {
            running.interrupt();
        }
        long end = System.nanoTime() + STOP.toNanos();
        for (long left = STOP.toMillis(); running != null && left > 0; left = millisUntil(end)) {
            wait(left);
        }
    }

    private static long millisUntil(long end) {
        return TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }

    public synchronized boolean stopped() {
        return stopped;
    }

    private void run() {
        synchronized (this) {
            if (stopped) {
                return;
            }
            running = Thread.currentThread();
        }
        try {
            task.run();
        } catch (InterruptedException e) {
            log.debug("{} is interrupted", name);
        } catch (RuntimeException | Error e) {
            cancel();
            onFatal.accept(e);
        } finally {
            if (ended()) {
                start();
            }
        }
    }

    /** Returns whether another run follows. */
    private synchronized boolean ended() {
        running = null;
        Thread.interrupted(); // the thread goes on with other tasks
        notifyAll();
        return !stopped;
    }
}
