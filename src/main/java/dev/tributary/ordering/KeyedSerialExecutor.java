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
 * Runs asynchronous tasks of one key one at a time, in the order of submission, and tasks of different keys in
 * parallel.
 *
 * <p>Tasks that wait behind another of their key run together when it ends, so submitting one costs constant time
 * however many wait. The number of keys is not bounded: the caller bounds the tasks in flight. Safe for any
 * thread.
 *
 * <p>The stage of the work must complete, normally or not; the key is blocked until then. If it fails, the key stays
 * blocked, because no later task may overtake the failed one.
 *
 * @param <K> key
 * @param <T> task
 */
public final class KeyedSerialExecutor<K, T> {

    private final Function<List<T>, ? extends CompletionStage<?>> work;
    private final BiConsumer<K, Throwable> failed;
    private final Map<K, ActiveKey> active = new HashMap<>();

    /** The tasks that wait behind a running or failed one of their key. */
    private final class ActiveKey {
        private @Nullable List<T> waiting;

        private void add(T task) {
            if (waiting == null) {
                waiting = new ArrayList<>();
            }
            waiting.add(task);
        }
    }

    /**
     * @param work starts tasks of one key, at least one, in order; must not block
     * @param failed receives the key and the cause of a failure; called at most once for each key
     */
    public KeyedSerialExecutor(Function<List<T>, ? extends CompletionStage<?>> work, BiConsumer<K, Throwable> failed) {
        this.work = work;
        this.failed = failed;
    }

    /** Runs the task now, or after the earlier tasks of its key. */
    public void submit(K key, T task) {
        synchronized (active) {
            ActiveKey behind = active.get(key);
            if (behind != null) {
                behind.add(task);
                return;
            }
            active.put(key, new ActiveKey());
        }
        run(key, List.of(task));
    }

    /** The number of keys with a running task, or blocked by a failed one. */
    public int activeKeys() {
        synchronized (active) {
            return active.size();
        }
    }

    /** Iterates over stages that complete at once, so that many tasks of a key cannot exhaust the stack. */
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
        synchronized (active) {
            ActiveKey behind = active.get(key);
            if (behind == null || behind.waiting == null) {
                active.remove(key);
                return null;
            }
            List<T> next = behind.waiting;
            behind.waiting = null;
            return next;
        }
    }
}
