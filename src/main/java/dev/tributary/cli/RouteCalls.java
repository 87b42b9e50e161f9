package dev.tributary.cli;

import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.deadletter.JobLock;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.backfill.TargetHistory.TooEarlyException;
import dev.tributary.model.Failures;
import dev.tributary.stream.lease.RouteReaders;
import dev.tributary.stream.lease.SharedLeaseTable;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourceState;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/** Waits for the calls of commands on a route, and reports failures as messages. */
final class RouteCalls {

    /** Longest wait for workers that have just started to report their routes. */
    private static final Duration REPORTS = Duration.ofMinutes(1);

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
     * @throws StartException if it cannot be read, or if they have read another table
     */
    static Optional<SourceState> sourceState(RouteJobs route) throws StartException {
        try {
            return call(route, route::sourceState);
        } catch (SourceStartException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        }
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

    /**
     * Waits until every live worker of the source has reported its routes.
     *
     * @throws StartException if one reads the source without the route as it is configured here: a change that it reads while
     *     a job brings the items would be missing
     */
    static void awaitReaders(RouteJobs route) throws StartException {
        SharedLeaseTable leases = route.leases();
        long end = System.nanoTime() + REPORTS.toNanos();
        RouteReaders readers = RouteCalls.call(route, () -> route.readers(leases, ""));
        while (readers.isOnlyUnknown() && System.nanoTime() - end < 0) {
            pause();
            readers = RouteCalls.call(route, () -> route.readers(leases, ""));
        }
        if (!readers.complete()) {
            throw new StartException(
                    ExitCode.FAILED,
                    route.name() + ": " + readers.text() + ", so the target would not"
                            + " be complete; restart all workers of the source with this configuration, and run this again");
        }
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for the reports of workers");
        }
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
