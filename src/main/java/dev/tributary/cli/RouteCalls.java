package dev.tributary.cli;

import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.deadletter.JobLock;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.backfill.TargetHistory.TooEarlyException;
import dev.tributary.model.Failures;
import dev.tributary.stream.lease.SourceState;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/** Waits for the calls of commands on a route, and reports failures as messages. */
final class RouteCalls {

    private RouteCalls() {}

    /**
     * Waits for a call.
     *
     * @throws StartException if it fails
     */
    static <T> T await(RouteJobs route, CompletableFuture<T> call) throws StartException {
        try {
            return Calls.join(call);
        } catch (RuntimeException e) {
            throw failed(route, e);
        }
    }

    /**
     * The state that the workers of the source agree on; empty if none has begun to read it.
     *
     * @throws StartException if it cannot be read
     */
    static Optional<SourceState> sourceState(RouteJobs route) throws StartException {
        return call(route, route::sourceState);
    }

    /**
     * Makes a call that waits for DynamoDB.
     *
     * @throws StartException if it fails
     */
    static <T> T call(RouteJobs route, Supplier<T> call) throws StartException {
        try {
            return call.get();
        } catch (SdkException e) {
            throw failed(route, e);
        }
    }

    private static StartException failed(RouteJobs route, RuntimeException thrown) {
        Throwable failure = Failures.unwrap(thrown);
        return new StartException(
                ExitCode.FAILED,
                route.name() + ": "
                        + (failure instanceof JobLock.LockedException || failure instanceof TooEarlyException
                                ? failure.getMessage()
                                : "a call failed: " + WriteFailure.of(failure).message()));
    }

    /** Runs work while no other job puts rows of the route; prints whom it waits for. */
    static <T> CompletableFuture<T> exclusively(
            RouteJobs route, PrintWriter err, Function<JobLock, CompletableFuture<T>> work) {
        return route.exclusively(
                JobLock.thisProcess(),
                holder -> {
                    err.printf(
                            "%s: another job (%s) has the lock. Waiting for it to renew the lock.%n",
                            route.name(), holder);
                    err.flush();
                },
                work);
    }
}
