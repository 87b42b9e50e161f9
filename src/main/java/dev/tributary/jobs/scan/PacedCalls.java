package dev.tributary.jobs.scan;

import dev.tributary.dynamo.CallResult;
import dev.tributary.dynamo.ResponseCheck;
import dev.tributary.dynamo.WriteFailure.Kind;
import dev.tributary.ordering.UnitRateLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import software.amazon.awssdk.core.SdkResponse;

/**
 * Makes calls that may be repeated, within given units of capacity a second. A call that fails for lack of capacity is
 * repeated with exponential backoff and full jitter; a call that a person has to mend fails at once. Safe for any thread.
 */
public final class PacedCalls {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** With pauses of 2.5 seconds on average, at least a minute after the pauses have grown to their longest. */
    private static final int ATTEMPTS = 30;

    private final UnitRateLimiter limiter;
    private final ScheduledExecutorService timer;

    /**
     * @param timer waits for the limiter and between attempts, and starts the calls
     */
    public PacedCalls(UnitRateLimiter limiter, ScheduledExecutorService timer) {
        this.limiter = limiter;
        this.timer = timer;
    }

    /** Runs the tasks that follow a call. */
    ScheduledExecutorService timer() {
        return timer;
    }

    /**
     * Makes a call when the limiter allows.
     *
     * @param estimate of the units that it consumes
     * @param consumed the units that it has consumed, from its response
     */
    public <R extends SdkResponse> CompletableFuture<R> run(
            double estimate, ToDoubleFunction<R> consumed, Supplier<CompletableFuture<R>> call) {
        CompletableFuture<R> done = new CompletableFuture<>();
        new Attempts<>(estimate, consumed, call, done).start(limiter.reserve(estimate));
        return done;
    }

    private final class Attempts<R extends SdkResponse> {

        private final double estimate;
        private final ToDoubleFunction<R> consumed;
        private final Supplier<CompletableFuture<R>> call;
        private final CompletableFuture<R> done;
        private int failures;

        Attempts(
                double estimate,
                ToDoubleFunction<R> consumed,
                Supplier<CompletableFuture<R>> call,
                CompletableFuture<R> done) {
            this.estimate = estimate;
            this.consumed = consumed;
            this.call = call;
            this.done = done;
        }

        void start(Duration pause) {
            if (pause.isZero()) {
                attempt();
            } else {
                timer.schedule(this::attempt, pause.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private void attempt() {
            // In a stage, because a call may throw at once.
            CompletableFuture.completedFuture(call)
                    .thenCompose(Supplier::get)
                    .thenApply(ResponseCheck::byService)
                    .whenComplete((response, thrown) -> {
                        if (thrown == null) {
                            limiter.correct(estimate, consumed.applyAsDouble(response));
                            done.complete(response);
                        } else {
                            failed(thrown);
                        }
                    });
        }

        private void failed(Throwable thrown) {
            failures++;
            if (CallResult.failed(thrown) instanceof CallResult.TryAgain<?> again
                    && again.failure().kind() == Kind.CAPACITY
                    && failures < ATTEMPTS) {
                start(pause());
            } else {
                done.completeExceptionally(thrown);
            }
        }

        private Duration pause() {
            long ceiling = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(failures, 20));
            return Duration.ofMillis(ThreadLocalRandom.current().nextLong(1, ceiling + 1));
        }
    }
}
