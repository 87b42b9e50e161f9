package dev.tributary.replication;

import dev.tributary.dynamo.CallResult;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Repeats calls to tables until they succeed, and starts none that the fence of the shard's lease does not permit. */
final class FencedRetry {

    /** How often a call that the fence does not permit checks again. */
    private static final Duration FENCE_CHECK = Duration.ofMillis(100);

    private final Fence fence;
    private final Backoff backoff;
    private final ScheduledExecutorService timer;

    /** The lease was lost. Deliberately unhandled: the change stays open, and the next owner of the shard rereads it. */
    static final class LeaseGoneException extends RuntimeException {
        LeaseGoneException() {
            super("The lease is gone", null, false, false);
        }

        /** Whether a stage failed with this. */
        static boolean is(Throwable thrown) {
            return Failures.unwrap(thrown) instanceof LeaseGoneException;
        }
    }

    FencedRetry(Fence fence, Backoff backoff, ScheduledExecutorService timer) {
        this.fence = fence;
        this.backoff = backoff;
        this.timer = timer;
    }

    /** Whether a call may start now. An attempt of several calls checks it before each but the first. */
    boolean mayStart() {
        return fence.holds();
    }

    /**
     * Makes attempts, one after the other, until one succeeds.
     *
     * @param call starts one attempt
     * @param failed receives the failure of each attempt before the next
     * @return fails only with {@link LeaseGoneException} or with an error of this program
     */
    <T> CompletableFuture<T> untilDone(Supplier<CompletableFuture<T>> call, Consumer<WriteFailure> failed) {
        return new Attempt<>(
                        call, failed, failure -> CompletableFuture.completedFuture(new CallResult.TryAgain<>(failure)))
                .start();
    }

    /**
     * The same for a request that the table may refuse for a reason that lies in the request itself.
     *
     * @param refused decides what a refusal means: a result, or another attempt
     */
    <T> CompletableFuture<T> untilDecided(
            Supplier<CompletableFuture<T>> call,
            Consumer<WriteFailure> failed,
            Function<WriteFailure, CompletableFuture<CallResult<T>>> refused) {
        return new Attempt<>(call, failed, refused).start();
    }

    /**
     * One call and its attempts. Whatever a callback throws ends {@link #done}: a future or a timer would drop it, and
     * the change would stay open for ever.
     */
    private final class Attempt<T> {

        private final Supplier<CompletableFuture<T>> call;
        private final Consumer<WriteFailure> failed;
        private final Function<WriteFailure, CompletableFuture<CallResult<T>>> refused;
        private final CompletableFuture<T> done = new CompletableFuture<>();
        private int failures;

        Attempt(
                Supplier<CompletableFuture<T>> call,
                Consumer<WriteFailure> failed,
                Function<WriteFailure, CompletableFuture<CallResult<T>>> refused) {
            this.call = call;
            this.failed = failed;
            this.refused = refused;
        }

        CompletableFuture<T> start() {
            run();
            return done;
        }

        private void run() {
            act(() -> {
                if (fence.lost()) {
                    done.completeExceptionally(new LeaseGoneException());
                } else if (!fence.begin()) {
                    // A late renewal may open the fence again, and nothing else would make this call then.
                    again(FENCE_CHECK);
                } else {
                    called().whenComplete((value, thrown) -> {
                        fence.end();
                        ended(value, thrown);
                    });
                }
            });
        }

        /** A call that throws instead of returning a future is a failed attempt. */
        private CompletableFuture<T> called() {
            try {
                return call.get();
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private void ended(T value, @Nullable Throwable thrown) {
            if (thrown == null) {
                done.complete(value);
                return;
            }
            act(() -> {
                CallResult<T> result = CallResult.failed(thrown);
                if (result instanceof CallResult.Refused<T> refusal && !fence.lost()) {
                    refused.apply(refusal.failure())
                            .whenComplete((meaning, failure) ->
                                    act(() -> decide(failure == null ? meaning : CallResult.failed(failure))));
                } else {
                    decide(result);
                }
            });
        }

        private void decide(CallResult<T> result) {
            if (result instanceof CallResult.Done<T> given) {
                done.complete(given.value());
            } else if (fence.lost()) {
                done.completeExceptionally(new LeaseGoneException());
            } else if (result instanceof CallResult.Fatal<T> fatal) {
                done.completeExceptionally(fatal.cause());
            } else if (result instanceof CallResult.TryAgain<T> attempt) {
                later(attempt.failure());
            } else if (result instanceof CallResult.Refused<T> refusal) {
                later(refusal.failure());
            }
        }

        private void act(Runnable action) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        }

        private void later(WriteFailure failure) {
            failed.accept(failure);
            failures++;
            again(backoff.delay(failure.kind(), failures));
        }

        private void again(Duration delay) {
            try {
                timer.schedule(this::run, delay.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                done.completeExceptionally(new LeaseGoneException()); // the process has stopped
            }
        }
    }
}
