package dev.tributary.ordering;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs asynchronous tasks one at a time per key, in the order they were submitted, and different keys in parallel.
 *
 * <p>A task that has to wait behind another of its key is merged with the one that waits already, so a key never has
 * more than one task running and one waiting. There is no bound on the number of keys: whoever submits bounds what is
 * in flight. Safe for any thread.
 *
 * <p>The work's stage must complete at some time, normally or not, whatever happens: the key stands still until then.
 * How it completes is not looked at.
 *
 * @param <K> key
 * @param <T> task
 */
public final class KeyedSerialExecutor<K, T> {

    private final Function<T, ? extends CompletionStage<?>> work;
    private final BinaryOperator<T> merge;
    private final Map<K, Lane> lanes = new HashMap<>();

    /** A key at work: present exactly while a task of it is running. */
    private final class Lane {
        private @Nullable T waiting;
    }

    /**
     * @param work starts a task; must not block
     * @param merge combines a waiting task with a later one of the same key
     */
    public KeyedSerialExecutor(Function<T, ? extends CompletionStage<?>> work, BinaryOperator<T> merge) {
        this.work = work;
        this.merge = merge;
    }

    /** Runs the task now, or after those of its key that came before. */
    public void submit(K key, T task) {
        synchronized (lanes) {
            Lane lane = lanes.get(key);
            if (lane != null) {
                lane.waiting = lane.waiting == null ? task : merge.apply(lane.waiting, task);
                return;
            }
            lanes.put(key, new Lane());
        }
        run(key, task);
    }

    /** Keys with a task running. */
    public int activeKeys() {
        synchronized (lanes) {
            return lanes.size();
        }
    }

    /** Iterates where stages complete at once, so that a long run of a key cannot exhaust the stack. */
    private void run(K key, T first) {
        @Nullable T task = first;
        while (task != null) {
            var done = work.apply(task).toCompletableFuture();
            if (!done.isDone()) {
                done.whenComplete((result, failure) -> {
                    T next = next(key);
                    if (next != null) {
                        run(key, next);
                    }
                });
                return;
            }
            task = next(key);
        }
    }

    private @Nullable T next(K key) {
        synchronized (lanes) {
            Lane lane = lanes.get(key);
            if (lane == null || lane.waiting == null) {
                lanes.remove(key);
                return null;
            }
            T next = lane.waiting;
            lane.waiting = null;
            return next;
        }
    }
}
