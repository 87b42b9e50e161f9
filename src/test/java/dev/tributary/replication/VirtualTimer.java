package dev.tributary.replication;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * The timer of one process in virtual time.
 *
 * <p>The code under test draws its delays at random; the timer replaces them by its own draws, so that the seed decides
 * everything.
 */
public final class VirtualTimer extends AbstractExecutorService implements ScheduledExecutorService {

    private final VirtualTime time;
    private final LongUnaryOperator delay;
    private final Consumer<Runnable> process;

    /** Runs tasks when they are due, in a process that is always alive. */
    public VirtualTimer(VirtualTime time) {
        this(time, asked -> asked, Runnable::run);
    }

    /**
     * @param delay maps the requested delay to the actual one, in milliseconds
     * @param process that runs due tasks if it is alive
     */
    public VirtualTimer(VirtualTime time, LongUnaryOperator delay, Consumer<Runnable> process) {
        this.time = time;
        this.delay = delay;
        this.process = process;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long wait, TimeUnit unit) {
        return schedule(Executors.callable(command), wait, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long wait, TimeUnit unit) {
        Task<V> task = new Task<>(callable);
        time.in(
                delay.applyAsLong(unit.toMillis(wait)),
                () -> process.accept(() -> {
                    task.run();
                    task.rethrow();
                }));
        return task;
    }

    private static final class Task<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {

        Task(Callable<V> callable) {
            super(callable);
        }

        /** A real timer hides exceptions in futures; a test must see them. */
        void rethrow() {
            if (isCancelled()) {
                return;
            }
            try {
                get();
            } catch (Exception e) {
                throw new AssertionError("a timed task failed", e);
            }
        }

        @Override
        public boolean isPeriodic() {
            return false;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compareTo(Delayed other) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    @Override
    public void execute(Runnable command) {
        schedule(command, 0, TimeUnit.MILLISECONDS);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long first, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long first, long pause, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
