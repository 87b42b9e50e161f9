package dev.tributary.daemon.jobs;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.jobs.Redrive;
import dev.tributary.jobs.backfill.UnparkedChanges;
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
    public static final Duration LOCK = Clients.CALL_TIMEOUT.multipliedBy(3);

    /** {@code <source>.<route>}. */
    public String name() {
        return Route.name(sourceName, routeName);
    }

    /** The settings of the source. */
    public SourceSettings source() {
        return Objects.requireNonNull(settings.source().get(sourceName));
    }

    /** The settings of the route. */
    public RouteSettings route() {
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

    /** The table of dead letters for the source. */
    public DeadLetterTable deadLetterTable() {
        return new DeadLetterTable(own(), OwnTable.DEAD_LETTERS.name(settings.application()), Clients.CALL_TIMEOUT);
    }

    /** The dead letters of the route. */
    public RouteDeadLetters deadLetters() {
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
    public JobLock deadLetterLock(String holder) {
        return lock(name(), holder);
    }

    private JobLock lock(String name, String holder) {
        JobLock.Timing timing = new JobLock.Timing(LOCK, Clients.CALL_TIMEOUT, System::nanoTime, timer);
        return deadLetterTable().lock(name, timing, holder);
    }

    /** The target, through a client that retries. */
    private TargetTable target() {
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

    /**
     * Those of the job to the target of the route.
     *
     * @param table identity of the target table
     */
    RouteLateWrites ofRoute(LateWrites job, String table) {
        TargetTable target = target();
        return job.route(name(), table, write -> target.apply(write, () -> true));
    }

    /**
     * A redrive of dead letters of the route.
     *
     * @param tables with the target of the route
     * @param lock of the jobs that delete dead letters, held already
     */
    public Redrive redrive(CheckedTables tables, JobLock lock) {
        return new Redrive(
                tables.projection(sourceName, routeName, route()),
                target(),
                deadLetters(),
                ofRoute(lateWrites(), tables.target(sourceName, routeName).identity()),
                lock,
                new UnparkedChanges(jobTable(), name())::until);
    }
}
