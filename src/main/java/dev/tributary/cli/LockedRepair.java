package dev.tributary.cli;

import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.jobs.RouteVerification;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.deadletter.JobLock;
import dev.tributary.jobs.backfill.TargetHistory;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.jobs.reconcile.Reconciler;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Repair;
import dev.tributary.stream.lease.SourceState;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Repairs differences of a route while holding the lock of the jobs that write rows, each batch with a lock of its own: the
 * verification between two batches may take long.
 *
 * @param epoch of the source's stream
 * @param foreign whether foreign rows are removed
 */
record LockedRepair(
        RouteJobs jobs,
        RouteVerification verification,
        JobLimits limits,
        String epoch,
        boolean foreign,
        PrintWriter err) {

    /**
     * Reads the state of the source: its changes have to be newer than the rows that are put. Records the shape of those.
     *
     * @throws StartException if no worker has begun to read the source, or one reads it without the route
     */
    static LockedRepair of(
            RouteJobs jobs, RouteVerification verification, JobLimits limits, boolean foreign, PrintWriter err)
            throws StartException {
        SourceState state = RouteCalls.sourceState(jobs)
                .orElseThrow(() -> new StartException(
                        ExitCode.FAILED,
                        jobs.name()
                                + ": no worker has begun to read the source, so nothing can be repaired; start the"
                                + " daemon first"));
        RouteCalls.awaitReaders(jobs);
        RouteCalls.await(
                jobs,
                TargetHistory.written(
                        jobs.states(),
                        jobs.projection().shape(),
                        verification.clock().instant()));
        return new LockedRepair(jobs, verification, limits, state.epoch(), foreign, err);
    }

    CompletableFuture<List<Difference>> repair(List<Difference> differences) {
        return RouteCalls.exclusively(jobs, err, lock -> repair(lock, differences));
    }

    private CompletableFuture<List<Difference>> repair(JobLock lock, List<Difference> differences) {
        Reconciler reconciler = jobs.reconciler(lock, epoch, limits);
        Repair repair = new Repair(
                verification.route(),
                verification.tables(),
                limits.reads(),
                verification.clock(),
                reconciler,
                jobs.rowRepair(reconciler),
                foreign);
        return repair.repair(differences).thenCompose(left -> reconciler.close().thenApply(closed -> left));
    }
}
