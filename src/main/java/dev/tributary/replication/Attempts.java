package dev.tributary.replication;

import dev.tributary.table.WriteFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Calls tables on account of a shard: again and again until a call succeeds, and never once the lease is gone. */
final class Attempts {

    /** How often a call that the fence holds back looks whether it may start. */
    private static final Duration FENCE_CHECK = Duration.ofMillis(100);

    private final Fence fence;
    private final Backoff backoff;
    private final ScheduledExecutorService timer;

    /** How a future ends whose lease is gone. Nobody looks at it: what it stood for is left open. */
    static final class LeaseGoneException extends RuntimeException {
        LeaseGoneException() {
            super("The lease is gone", null, false, false);
        }
    }

    Attempts(Fence fence, Backoff backoff, ScheduledExecutorService timer) {
        this.fence = fence;
        this.backoff = backoff;
        this.timer = timer;
    }

    /** Whether a call may start now; asked by attempts that are made of several, before each but the first. */
    boolean mayStart() {
        return fence.holds();
    }

    /**
     * Starts attempts, one after the other, until one succeeds.
     *
     * @param call starts one attempt
     * @param failed told of each attempt that failed, before the next
     * @return fails with {@link LeaseGoneException} only
     */
    <T> CompletableFuture<T> untilDone(Supplier<CompletableFuture<T>> call, Consumer<WriteFailure> failed) {
        CompletableFuture<T> done = new CompletableFuture<>();
        attempt(call, failed, 0, done);
        return done;
    }

    private <T> void attempt(
            Supplier<CompletableFuture<T>> call,
            Consumer<WriteFailure> failed,
            int failures,
            CompletableFuture<T> done) {
        if (fence.lost()) {
            done.completeExceptionally(new LeaseGoneException());
            return;
        }
        if (!fence.holds()) {
            // A renewal that comes late opens the fence again, and then nobody else would make this call.
            timer.schedule(() -> attempt(call, failed, failures, done), FENCE_CHECK.toMillis(), TimeUnit.MILLISECONDS);
            return;
        }
        start(call).whenComplete((result, thrown) -> {
            if (thrown == null) {
                done.complete(result);
                return;
            }
            if (fence.lost()) {
                done.completeExceptionally(new LeaseGoneException());
                return;
            }
            WriteFailure failure = WriteFailure.of(thrown);
            failed.accept(failure);
            long delay = backoff.delay(failure.kind(), failures + 1).toMillis();
            timer.schedule(() -> attempt(call, failed, failures + 1, done), delay, TimeUnit.MILLISECONDS);
        });
    }

    /** What a call throws at once is a failed attempt like any other: it must not reach the thread that submits. */
    private static <T> CompletableFuture<T> start(Supplier<CompletableFuture<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
