package dev.tributary.ordering;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Bounds the number of asynchronous tasks that run at the same time; further tasks start in the order of submission. A
 * task starts when it gets its slot, so a timeout that the task sets does not count its wait. The slot of a task is
 * freed however the task ends. Never blocks; safe for any thread.
 */
public final class ConcurrencyLimiter {

    private final RequestBatcher<Task<?>> tasks;

    private record Task<T>(Supplier<CompletableFuture<T>> work, CompletableFuture<T> done) {

        private CompletionStage<?> start() {
            return work.get().whenComplete((result, thrown) -> {
                if (thrown == null) {
                    done.complete(result);
                } else {
                    done.completeExceptionally(thrown);
                }
            });
        }

        /** Matters where the task did not start; one that started has completed its future already. */
        private void fail(Throwable thrown) {
            done.completeExceptionally(thrown);
        }
    }

    /** @param limit tasks at the same time; at least 1 */
    public ConcurrencyLimiter(int limit) {
        this.tasks = new RequestBatcher<>(
                new RequestBatcher.Limits(limit, 1, Long.MAX_VALUE),
                task -> task,
                task -> 1,
                call -> call.get(0).start(),
                (call, thrown) -> call.get(0).fail(thrown));
    }

    /**
     * Starts the task now, or when tasks before it have ended.
     *
     * @param work starts the task; its future must complete, normally or not
     * @return completes as the task does, or with what {@code work} threw
     */
    public <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> work) {
        Task<T> task = new Task<>(work, new CompletableFuture<>());
        tasks.submit(task);
        return task.done();
    }
}
