package dev.tributary.ordering;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shares a read between callers, each of which demands a read that began after a moment. Runs one read at a time; callers
 * for whom the running read began too early share the next one. Safe for any thread.
 */
public final class SharedRead {

    private final Supplier<CompletableFuture<Void>> read;
    private final LongSupplier nanoTime;

    /** The start of the last successful read. Guarded by this, as are the next. */
    private @Nullable Long readAt;

    private @Nullable Running running;

    /** The next read, for callers for whom the running one began too early. */
    private @Nullable CompletableFuture<Void> waiting;

    private record Running(long begunAt, CompletableFuture<Void> ended) {}

    /**
     * @param read starts a read; may complete at once
     * @param nanoTime a monotonic clock
     */
    public SharedRead(Supplier<CompletableFuture<Void>> read, LongSupplier nanoTime) {
        this.read = read;
        this.nanoTime = nanoTime;
    }

    /** Completes once a read has succeeded that began after this moment; fails if that read fails. */
    public CompletableFuture<Void> since(long moment) {
        Running mine;
        synchronized (this) {
            if (readAt != null && readAt - moment > 0) {
                return CompletableFuture.completedFuture(null);
            }
            if (running != null) {
                if (running.begunAt() - moment > 0) {
                    return running.ended();
                }
                if (waiting == null) {
                    waiting = new CompletableFuture<>();
                }
                return waiting;
            }
            mine = begin(new CompletableFuture<>());
        }
        run(mine);
        return mine.ended();
    }

    private synchronized Running begin(CompletableFuture<Void> ended) {
        Running next = new Running(nanoTime.getAsLong(), ended);
        running = next;
        return next;
    }

    private void run(Running mine) {
        start().whenComplete((done, thrown) -> {
            Running next = ended(mine, thrown == null);
            if (next != null) {
                run(next);
            }
            if (thrown == null) {
                mine.ended().complete(null);
            } else {
                mine.ended().completeExceptionally(thrown);
            }
        });
    }

    private CompletableFuture<Void> start() {
        try {
            return read.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Returns the read that has to run now; null if no caller waits. */
    private synchronized @Nullable Running ended(Running mine, boolean succeeded) {
        if (succeeded) {
            readAt = mine.begunAt();
        }
        CompletableFuture<Void> next = waiting;
        waiting = null;
        running = null;
        return next == null ? null : begin(next);
    }
}
