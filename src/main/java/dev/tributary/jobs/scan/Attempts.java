package dev.tributary.jobs.scan;

import dev.tributary.dynamo.CallResult;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.dynamo.WriteFailure.Kind;
import dev.tributary.replication.Backoff;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a call of a job that failed for lack of capacity, with exponential backoff and full jitter. A failure that needs
 * an operator is not repeated; the job fails, and can be started again. Safe for any thread.
 *
 * @param timer waits between attempts
 */
public record Attempts(ScheduledExecutorService timer, Backoff backoff) {

    /** With pauses of 2.5 seconds on average, about a minute. */
    private static final int MOST = 30;

    /** With random pauses. */
    public static Attempts with(ScheduledExecutorService timer) {
        return new Attempts(timer, new Backoff(RandomGenerator.getDefault()));
    }

    /** The reason why the table will never accept the request; empty for any other failure. */
    public static Optional<WriteFailure> refusal(Throwable thrown) {
        return CallResult.failed(thrown) instanceof CallResult.Refused<?> refused
                ? Optional.of(refused.failure())
                : Optional.empty();
    }

    /** Makes attempts until one succeeds, or fails for good. */
    public <T> CompletableFuture<T> of(Supplier<CompletableFuture<T>> call) {
        return of(() -> CompletableFuture.completedFuture(null), call, failure -> {});
    }

    /**
     * Makes attempts until one succeeds, or fails for good.
     *
     * @param before has to succeed before each attempt; if it fails, so does the future
     * @param failed receives the failure of each attempt
     */
    public <T> CompletableFuture<T> of(
            Supplier<CompletableFuture<Void>> before,
            Supplier<CompletableFuture<T>> call,
            Consumer<WriteFailure> failed) {
        CompletableFuture<T> done = new CompletableFuture<>();
        attempt(before, call, failed, done, 0);
        return done;
    }

    private <T> void attempt(
            Supplier<CompletableFuture<Void>> before,
            Supplier<CompletableFuture<T>> call,
            Consumer<WriteFailure> failed,
            CompletableFuture<T> done,
            int failures) {
        // In a stage, because a call may throw at once.
        CompletableFuture.completedFuture(before).thenCompose(Supplier::get).whenComplete((ready, impossible) -> {
            if (impossible != null) {
                done.completeExceptionally(impossible);
                return;
            }
            CompletableFuture.completedFuture(call)
                    .thenCompose(Supplier::get)
                    .whenComplete((value, thrown) -> ended(before, call, failed, done, failures, value, thrown));
        });
    }

    private <T> void ended(
            Supplier<CompletableFuture<Void>> before,
            Supplier<CompletableFuture<T>> call,
            Consumer<WriteFailure> failed,
            CompletableFuture<T> done,
            int failures,
            T value,
            @Nullable Throwable thrown) {
        if (thrown == null) {
            done.complete(value);
            return;
        }
        CallResult<T> result = CallResult.failed(thrown);
        if (result instanceof CallResult.TryAgain<T> again) {
            failed.accept(again.failure());
            if (again.failure().kind() == Kind.CAPACITY && failures + 1 < MOST) {
                timer.schedule(
                        () -> attempt(before, call, failed, done, failures + 1),
                        backoff.delay(Kind.CAPACITY, failures + 1).toMillis(),
                        TimeUnit.MILLISECONDS);
                return;
            }
        } else if (result instanceof CallResult.Refused<T> refusal) {
            failed.accept(refusal.failure());
        }
        done.completeExceptionally(thrown);
    }
}
