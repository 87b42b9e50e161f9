package dev.tributary.jobs.scan;

import dev.tributary.ordering.UnitRateLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import software.amazon.awssdk.core.SdkResponse;

/**
 * Makes calls that may be repeated, within given units of capacity a second, and repeats them as {@link Attempts} does. Safe
 * for any thread.
 */
public final class PacedCalls {

    private final UnitRateLimiter limiter;
    private final ScheduledExecutorService timer;
    private final Attempts attempts;

    /**
     * @param timer waits for the limiter and between attempts, and starts the calls
     */
    public PacedCalls(UnitRateLimiter limiter, ScheduledExecutorService timer) {
        this.limiter = limiter;
        this.timer = timer;
        this.attempts = Attempts.with(timer);
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
        return reserve(estimate).thenCompose(reserved -> attempts.of(call)).thenApply(response -> {
            limiter.correct(estimate, consumed.applyAsDouble(response));
            return response;
        });
    }

    /** Completes when these units may be consumed. */
    public CompletableFuture<Void> reserve(double units) {
        Duration wait = limiter.reserve(units);
        if (wait.isZero()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> waited = new CompletableFuture<>();
        timer.schedule(() -> waited.complete(null), wait.toNanos(), TimeUnit.NANOSECONDS);
        return waited;
    }
}
