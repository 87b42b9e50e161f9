package dev.tributary.stream.read;

import dev.tributary.ordering.Rounds;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads of the process for tasks that may wait, such as reads of shards. Tasks throw nothing.
 *
 * <p>A patient task takes no thread while another patient one runs: of the many of one of the {@link Rounds}, one thread does
 * one after the other. As long as patient tasks wait, because there are many or one hangs, another thread starts at intervals.
 * Safe for any thread.
 */
public final class ReaderThreads implements Executor {

    /** Until another thread starts for patient tasks. */
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final Executor threads;
    private final ScheduledExecutorService timer;

    /** Guarded by this, as all below. */
    private final Queue<Runnable> patient = new ArrayDeque<>();

    private int running;
    private boolean reliefIsDue;

    /**
     * @param threads may run any number of tasks at the same time
     * @param timer runs only what does not wait
     */
    public ReaderThreads(Executor threads, ScheduledExecutorService timer) {
        this.threads = threads;
        this.timer = timer;
    }

    /** Runs the task now. */
    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /**
     * Runs the task now or after other patient ones.
     *
     * @throws RejectedExecutionException if the process ends
     */
    public void executePatiently(Runnable task) {
        synchronized (this) {
            if (running > 0) {
                patient.add(task);
                awaitRelief();
                return;
            }
            running++;
        }
        threads.execute(() -> run(task));
    }

    private void awaitRelief() {
        if (!reliefIsDue) {
            timer.schedule(this::relieve, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            reliefIsDue = true;
        }
    }

    private void relieve() {
        Runnable task;
        synchronized (this) {
            reliefIsDue = false;
            if (patient.isEmpty()) {
                return;
            }
            awaitRelief();
            task = patient.remove();
            running++;
        }
        threads.execute(() -> run(task));
    }

    private void run(Runnable first) {
        for (@Nullable Runnable task = first; task != null; task = next()) {
            task.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = patient.poll();
        if (task == null) {
            running--;
        }
        return task;
    }
}
