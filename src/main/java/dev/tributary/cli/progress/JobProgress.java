package dev.tributary.cli.progress;

import dev.tributary.cli.progress.ProgressOutput.Status;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the progress of a running job once a second, and once more when it ends. */
public final class JobProgress implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JobProgress.class);

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ProgressOutput output;
    private final Supplier<Progress> progress;
    private final LongSupplier nanoTime;
    private final long startedAt;
    private final long startedWith;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "progress"));
    private State end = State.INTERRUPTED;

    /** The state of a job. */
    enum State {
        RUNNING,
        FINISHED,
        /** Ended by a signal or a failure. */
        INTERRUPTED
    }

    private JobProgress(ProgressOutput output, Supplier<Progress> progress, LongSupplier nanoTime) {
        this.output = output;
        this.progress = progress;
        this.nanoTime = nanoTime;
        this.startedAt = nanoTime.getAsLong();
        this.startedWith = progress.get().done();
    }

    static JobProgress start(ProgressOutput output, Supplier<Progress> progress, LongSupplier nanoTime) {
        JobProgress started = new JobProgress(output, progress, nanoTime);
        started.timer.scheduleAtFixedRate(started::show, 1, 1, TimeUnit.SECONDS);
        return started;
    }

    private void show() {
        try {
            show(State.RUNNING);
        } catch (RuntimeException e) {
            log.warn("the progress cannot be shown", e); // an exception would end the timer's task
        }
    }

    synchronized void show(State state) {
        Progress now = progress.get();
        double seconds = (nanoTime.getAsLong() - startedAt) / NANOS;
        double rate = seconds > 0 ? (now.done() - startedWith) / seconds : 0;
        double left = rate > 0 && now.expected() > 0 ? Math.max(0, now.expected() - now.done()) / rate : -1;
        output.show(state, new Status(now, seconds, rate, state == State.RUNNING ? left : 0));
    }

    /** Has to be called when the job has succeeded, before the close. */
    public void finished() {
        end = State.FINISHED;
    }

    /** Shows the progress for the last time. */
    @Override
    public void close() {
        timer.shutdownNow();
        show(end);
    }
}
