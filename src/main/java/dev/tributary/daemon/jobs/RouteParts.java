package dev.tributary.daemon.jobs;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.latewrite.LateWriteTiming;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.latewrite.RouteLateWrites;
import dev.tributary.replication.Route;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.SharedLeaseTable;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * The parts of jobs on one route that need no description of its tables. Makes no call.
 *
 * @param timer waits between attempts, and runs what follows calls
 */
public record RouteParts(
        String sourceName,
        String routeName,
        Settings settings,
        Clients clients,
        ScheduledExecutorService timer,
        InstantSource clock) {

    /** Above twice the longest call, so that a write can always start. The lock of a killed job is waited for as long. */
    private static final Duration LOCK = Clients.CALL_TIMEOUT.multipliedBy(3);

    /** {@code <source>.<route>}. */
    public String name() {
        return Route.name(sourceName, routeName);
    }

    SourceSettings source() {
        return Objects.requireNonNull(settings.source().get(sourceName));
    }

    RouteSettings route() {
        return Objects.requireNonNull(source().route().get(routeName));
    }

    /** Of the daemon's own tables for the source. */
    private DynamoDbAsyncClient own() {
        return clients.own(source());
    }

    /** The table for the state of jobs. */
    JobTable jobTable() {
        return jobTable(own(), settings);
    }

    /**
     * The table for the state of jobs at one place of sources.
     *
     * @param place the client for the daemon's own tables there
     */
    public static JobTable jobTable(DynamoDbAsyncClient place, Settings settings) {
        return new JobTable(place, OwnTable.JOBS.name(settings.application()), Clients.CALL_TIMEOUT);
    }

    /** The lease table of the source. */
    SharedLeaseTable leases() {
        return new SharedLeaseTable(own(), settings.leaseTable(), System::nanoTime);
    }

    SourceStateRow stateRow() {
        return new SourceStateRow(own(), settings.leaseTable(), sourceName);
    }

    private DeadLetterTable deadLetterTable() {
        return new DeadLetterTable(own(), OwnTable.DEAD_LETTERS.name(settings.application()), Clients.CALL_TIMEOUT);
    }

    /** The dead letters of the route. */
    RouteDeadLetters deadLetters() {
        return deadLetterTable().deadLetters(name());
    }

    /** A lock that is shared by the jobs that put rows, and not by redrives. */
    JobLock backfillLock(String holder) {
        return lock(name() + " backfill", holder);
    }

    /** The lock of the route's continuous verification. */
    JobLock verificationLock(String holder) {
        return lock(name() + " verify", holder);
    }

    /** The lock of the jobs that delete dead letters of the route. */
    JobLock deadLetterLock(String holder) {
        return lock(name(), holder);
    }

    private JobLock lock(String name, String holder) {
        return deadLetterTable().lock(name, lockTiming(timer), holder);
    }

    /**
     * The times of the locks of jobs.
     *
     * @param timer waits for a lock that another process holds
     */
    public static JobLock.Timing lockTiming(ScheduledExecutorService timer) {
        return new JobLock.Timing(LOCK, Clients.CALL_TIMEOUT, System::nanoTime, timer);
    }

    /** The target, through a client that retries. */
    TargetTable target() {
        RouteSettings route = route();
        return new TargetTable(
                clients.control(route),
                route.table(),
                Policies.of(route.projection().deletes(), route.target()));
    }

    /** How long a write that was given up, or the removal behind it, may matter. */
    Duration lateness() {
        return Duration.ofMillis(lateWriteTiming().lateness());
    }

    private LateWriteTiming lateWriteTiming() {
        return new LateWriteTiming(settings.lateWrite().horizon());
    }

    /** The late writes of a new job to the targets of the source. */
    LateWrites lateWrites() {
        return LateWrites.ofJob(
                new LateWriteTable(own(), OwnTable.LATE_WRITES.name(settings.application()), Clients.CALL_TIMEOUT),
                sourceName,
                UUID.randomUUID().toString(),
                lateWriteTiming(),
                clock,
                timer);
    }

    /** Those of the job to the target of the route. */
    RouteLateWrites ofRoute(LateWrites job) {
        TargetTable target = target();
        return job.route(name(), write -> target.apply(write, () -> true));
    }
}
