package dev.tributary.cli;

import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.verify.RouteTables;
import dev.tributary.deadletter.JobLock;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.jobs.reconcile.Reconciler;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Repair;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.stream.lease.SourceState;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Repairs differences of a route while holding the lock of the jobs that write rows, each batch with a lock of its own: the
 * verification between two batches may take long.
 *
 * @param epoch of the source's stream
 * @param foreign whether foreign rows are removed
 */
record LockedRepair(
        RouteJobs jobs, RouteTables tables, PacedCalls calls, String epoch, boolean foreign, PrintWriter err) {

    /**
     * Reads the state of the source, whose changes have to be newer than what is put.
     *
     * @throws StartException if no worker has begun to read the source
     */
    static LockedRepair of(RouteJobs jobs, RouteTables tables, PacedCalls calls, boolean foreign, PrintWriter err)
            throws StartException {
        try {
            SourceState state = jobs.sourceState()
                    .orElseThrow(() -> new StartException(
                            ExitCode.FAILED,
                            jobs.name()
                                    + ": no worker has begun to read the source, so nothing can be repaired; start the"
                                    + " daemon first"));
            return new LockedRepair(jobs, tables, calls, state.epoch(), foreign, err);
        } catch (SdkException e) {
            throw new StartException(
                    ExitCode.FAILED,
                    jobs.name() + ": the state of the source could not be read: "
                            + WriteFailure.of(e).message());
        }
    }

    CompletableFuture<List<Difference>> repair(List<Difference> differences) {
        JobLock lock = jobs.lock(DeadLetterJob.holder());
        return lock.take(holder -> {
                    err.printf(
                            "%s: another job (%s) has the lock. Waiting for it to renew the lock.%n",
                            jobs.name(), holder);
                    err.flush();
                })
                .thenCompose(taken -> jobs.settler().settle())
                .thenCompose(settled -> repair(lock, differences))
                .handle((left, thrown) -> lock.release()
                        .thenCompose(released -> thrown == null
                                ? CompletableFuture.completedFuture(left)
                                : CompletableFuture.<List<Difference>>failedFuture(thrown)))
                .thenCompose(done -> done);
    }

    private CompletableFuture<List<Difference>> repair(JobLock lock, List<Difference> differences) {
        Reconciler reconciler = jobs.reconciler(lock, epoch, new JobLimits(calls, UnitRateLimiter.unlimited()));
        Repair repair = new Repair(
                tables.route(),
                tables.tables(),
                calls,
                Clock.systemUTC(),
                reconciler,
                jobs.rowRepair(reconciler),
                foreign ? Optional.of(jobs.jobRoute().exact()) : Optional.empty());
        return repair.repair(differences).thenCompose(left -> reconciler.close().thenApply(closed -> left));
    }
}
