package dev.tributary.items;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Lets so many tasks run at a time; the others begin in the order they came. A task's time begins with its turn, so that
 * what waits is not late because much came before it. Safe for any thread; never blocks.
 */
final class ConcurrencyLimiter {

    private final int atOnce;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;
    private boolean beginning;

    /**
     * @param atOnce at least 1
     */
    ConcurrencyLimiter(int atOnce) {
        this.atOnce = atOnce;
    }

    /**
     * Runs the task at its turn.
     *
     * @param task starts then; it must end at some time, however it ends
     * @return ends as the task does
     */
    <T> CompletableFuture<T> take(Supplier<CompletableFuture<T>> task) {
        CompletableFuture<T> done = new CompletableFuture<>();
        synchronized (waiting) {
            waiting.add(() -> start(task, done));
        }
        next();
        return done;
    }

    private <T> void start(Supplier<CompletableFuture<T>> task, CompletableFuture<T> done) {
        CompletableFuture<T> started;
        try {
            started = task.get();
        } catch (RuntimeException | Error e) { // however it ends, its turn has to end
            started = CompletableFuture.failedFuture(e);
        }
        started.whenComplete((result, thrown) -> {
            synchronized (waiting) {
                running--;
            }
            if (thrown == null) {
                done.complete(result);
            } else {
                done.completeExceptionally(thrown);
            }
            next();
        });
    }

    /** One thread at a time, so that tasks which end at once do not begin each other ever deeper in the stack. */
    private void next() {
        synchronized (waiting) {
            if (beginning) {
                return;
            }
            beginning = true;
        }
        for (Optional<Runnable> first = first(); first.isPresent(); first = first()) {
            first.get().run();
        }
    }

    private Optional<Runnable> first() {
        synchronized (waiting) {
            if (running == atOnce || waiting.isEmpty()) {
                beginning = false;
                return Optional.empty();
            }
            running++;
            return Optional.of(waiting.removeFirst());
        }
    }
}
