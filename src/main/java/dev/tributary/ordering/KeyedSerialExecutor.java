package dev.tributary.ordering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs asynchronous tasks one at a time per key, in the order they were submitted, and different keys in parallel.
 *
 * <p>Tasks that wait behind another of their key run together when it ends, so submitting one costs constant time
 * however many wait. There is no bound on the number of keys: whoever submits bounds what is in flight. Safe for any
 * thread.
 *
 * <p>The work's stage must complete at some time, whatever happens: the key stands still until then. Where it fails,
 * the key stands still for good, because nothing of it may overtake the task that failed.
 *
 * @param <K> key
 * @param <T> task
 */
public final class KeyedSerialExecutor<K, T> {

    private final Function<List<T>, ? extends CompletionStage<?>> work;
    private final BiConsumer<K, Throwable> failed;
    private final Map<K, Lane> lanes = new HashMap<>();

    /** A key at work: present exactly while a task of it is running, or after one failed. */
    private final class Lane {
        private @Nullable List<T> waiting;

        private void add(T task) {
            if (waiting == null) {
                waiting = new ArrayList<>();
            }
            waiting.add(task);
        }
    }

    /**
     * @param work starts tasks of one key, at least one, in their order; must not block
     * @param failed receives the key of work that failed, and why; called once for each key
     */
    public KeyedSerialExecutor(Function<List<T>, ? extends CompletionStage<?>> work, BiConsumer<K, Throwable> failed) {
        this.work = work;
        this.failed = failed;
    }

    /** Runs the task now, or after those of its key that came before. */
    public void submit(K key, T task) {
        synchronized (lanes) {
            Lane lane = lanes.get(key);
            if (lane != null) {
                lane.add(task);
                return;
            }
            lanes.put(key, new Lane());
        }
        run(key, List.of(task));
    }

    /** Keys with a task running, and keys that stand still. */
    public int activeKeys() {
        synchronized (lanes) {
            return lanes.size();
        }
    }

    /** Iterates where stages complete at once, so that a long run of a key cannot exhaust the stack. */
    private void run(K key, List<T> first) {
        @Nullable List<T> tasks = first;
        while (tasks != null) {
            CompletableFuture<?> done = start(tasks);
            if (!done.isDone()) {
                done.whenComplete((result, failure) -> {
                    List<T> next = next(key, failure);
                    if (next != null) {
                        run(key, next);
                    }
                });
                return;
            }
            tasks = next(key, failure(done));
        }
    }

    private CompletableFuture<?> start(List<T> tasks) {
        try {
            return work.apply(tasks).toCompletableFuture();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static @Nullable Throwable failure(CompletableFuture<?> done) {
        return done.isCompletedExceptionally()
                ? done.handle((result, thrown) -> thrown).join()
                : null;
    }

    private @Nullable List<T> next(K key, @Nullable Throwable failure) {
        if (failure != null) {
            failed.accept(key, failure);
            return null;
        }
        synchronized (lanes) {
            Lane lane = lanes.get(key);
            if (lane == null || lane.waiting == null) {
                lanes.remove(key);
                return null;
            }
            List<T> next = lane.waiting;
            lane.waiting = null;
            return next;
        }
    }
}
