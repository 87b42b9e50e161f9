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

/** Calls tables on account of a shard: again and again until a call succeeds, and never once the lease is gone. */
final class FencedRetry {

    /** How often a call that the fence holds back looks whether it may start. */
    private static final Duration FENCE_CHECK = Duration.ofMillis(100);

    private final Fence fence;
    private final Backoff backoff;
    private final ScheduledExecutorService timer;

    /** The lease was lost. The change stays open, and the next owner of the shard reads it again. */
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

    /** Whether a call may start now; asked by attempts that are made of several, before each but the first. */
    boolean mayStart() {
        return fence.holds();
    }

    /**
     * Starts attempts, one after the other, until one succeeds.
     *
     * @param call starts one attempt
     * @param failed receives the failure of each attempt, before the next
     * @return fails with {@link LeaseGoneException}, or with an error of this program
     */
    <T> CompletableFuture<T> untilDone(Supplier<CompletableFuture<T>> call, Consumer<WriteFailure> failed) {
        return new Attempt<>(
                        call, failed, failure -> CompletableFuture.completedFuture(new CallResult.TryAgain<>(failure)))
                .start();
    }

    /**
     * The same, where the table may refuse the request for its own reason.
     *
     * @param refused what that means
     */
    <T> CompletableFuture<T> untilDecided(
            Supplier<CompletableFuture<T>> call,
            Consumer<WriteFailure> failed,
            Function<WriteFailure, CompletableFuture<CallResult<T>>> refused) {
        return new Attempt<>(call, failed, refused).start();
    }

    /**
     * One call and its attempts. Whatever is thrown on the way ends {@link #done}: a future or a timer would drop it, and
     * what waits here would wait for ever.
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
                    // A renewal that comes late opens the fence again, and then nobody else would make this call.
                    again(FENCE_CHECK);
                } else {
                    called().whenComplete((value, thrown) -> {
                        fence.end();
                        ended(value, thrown);
                    });
                }
            });
        }

        /** What a call throws at once is a failed attempt like any other. */
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
