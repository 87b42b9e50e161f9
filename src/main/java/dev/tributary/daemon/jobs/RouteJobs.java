package dev.tributary.daemon.jobs;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.AgreedSource;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.SourceIdentity;
import dev.tributary.deadletter.JobLock;
import dev.tributary.jobs.Redrive;
import dev.tributary.jobs.backfill.Backfill;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.jobs.reconcile.JobRoute;
import dev.tributary.jobs.reconcile.PageSettler;
import dev.tributary.jobs.reconcile.ReconcileTiming;
import dev.tributary.jobs.reconcile.Reconciler;
import dev.tributary.jobs.reconcile.RowRepair;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.model.DeletePolicy;
import dev.tributary.projection.Projection;
import dev.tributary.replication.BackfillSettings.BackfillStart;
import dev.tributary.replication.CatchUp;
import dev.tributary.replication.Route;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.StreamCatchUp;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.RouteReaders;
import dev.tributary.stream.lease.SharedLeaseTable;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.ExactWrites;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Builds the parts of jobs on one route from settings and tables.
 *
 * <p>The clients for writes do not retry: a job has to know which of its attempts got no answer.
 */
public final class RouteJobs {

    /** How long after its record the puts of a page may start; longer only if the page is recorded again. */
    private static final Duration SENDS = Duration.ofSeconds(30);

    private final RouteParts parts;
    private final String sourceName;
    private final CheckedTables tables;
    private final Clients clients;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;

    /**
     * @param timer waits between attempts, and runs what follows calls
     */
    public RouteJobs(
            String sourceName,
            String routeName,
            Settings settings,
            CheckedTables tables,
            Clients clients,
            ScheduledExecutorService timer,
            InstantSource clock) {
        this.parts = new RouteParts(sourceName, routeName, settings, clients, timer, clock);
        this.sourceName = sourceName;
        this.tables = tables;
        this.clients = clients;
        this.timer = timer;
        this.clock = clock;
    }

    /** {@code <source>.<route>}. */
    public String name() {
        return parts.name();
    }

    /** What needs no description of the tables. */
    RouteParts parts() {
        return parts;
    }

    private SourceSettings source() {
        return parts.source();
    }

    private RouteSettings route() {
        return parts.route();
    }

    /** The projection of the route. */
    public Projection projection() {
        return tables.projection(sourceName, parts.routeName(), route());
    }

    /** The route as jobs see it. */
    public JobRoute jobRoute() {
        RouteSettings route = route();
        Policies policies = Policies.of(route.projection().deletes(), route.target());
        return new JobRoute(
                name(),
                identity(),
                clients.control(source()),
                source().table(),
                tables.source(sourceName).key(),
                projection(),
                route.projection().deletes() == DeletePolicy.IGNORE,
                clients.control(route),
                route.table(),
                new BatchingTable(
                        new TargetTable(clients.writes(route), route.table(), policies),
                        BatchingTable.Limits.batchSize(route.target().batchSize()),
                        timer),
                new ExactWrites(clients.writes(route), route.table()));
    }

    /** The identity of the source table. */
    String identity() {
        return SourceIdentity.of(source(), tables.source(sourceName).arn(), clients);
    }

    /** The states of jobs on the target of the route. */
    public TargetStates states() {
        return states(parts.routeName());
    }

    private TargetStates states(String route) {
        return new TargetStates(
                parts.jobTable(),
                Route.name(sourceName, route),
                tables.target(sourceName, route).identity());
    }

    /** The route as workers report it. */
    String entry() {
        return tables.entry(sourceName, parts.routeName(), route());
    }

    /** The lease table of the source. */
    public SharedLeaseTable leases() {
        return parts.leases();
    }

    /**
     * The live workers of the source that do not have the route as it is configured here. Waits for DynamoDB.
     *
     * @param leases the lease table of the source
     * @param except a worker that is left out; empty text for none
     */
    public RouteReaders readers(SharedLeaseTable leases, String except) {
        return RouteReaders.read(
                leases,
                sourceName,
                entry(),
                except,
                clock.instant(),
                new LeaseTimings(parts.settings().lease().duration()));
    }

    /**
     * The state that the workers of the source agree on; empty if none has begun to read it. Waits for DynamoDB.
     *
     * @throws SourceStartException if they have read another table, or write rows of another identity
     */
    public Optional<SourceState> sourceState() {
        return AgreedSource.read(sourceName, parts.settings(), tables, clients);
    }

    /** Whether the daemon starts the first backfill of the route. */
    boolean fills() {
        return route().backfill().start() == BackfillStart.AUTO;
    }

    /** Units a second that a backfill of the daemon may consume. */
    int units() {
        return route().backfill().units();
    }

    /** The repair of the source's targets after gaps; empty if its configuration does not ask for it. */
    Optional<GapRepair> gapRepair() {
        return source().gaps() == GapPolicy.RESYNC
                ? Optional.of(new GapRepair(
                        source().route().keySet().stream().map(this::states).toList(),
                        parts.stateRow(),
                        lateness(),
                        timer))
                : Optional.empty();
    }

    /**
     * Runs work while no other job puts rows of the route. Pages that an earlier job has left are checked first: their time is
     * over, because its lock is. The lock is released however the work ends.
     *
     * @param holder this process, for messages of others
     * @param waiting receives the name of another holder, which is then waited for
     * @return fails with {@link JobLock.LockedException} if another job goes on
     */
    public <T> CompletableFuture<T> exclusively(
            String holder, Consumer<String> waiting, Function<JobLock, CompletableFuture<T>> work) {
        JobLock lock = parts.backfillLock(holder);
        return lock.during(waiting, () -> settler().settle().thenCompose(settled -> work.apply(lock)));
    }

    /**
     * The parts of a verification of the route; describes its tables.
     *
     * @param wait longest wait for replication
     */
    public CompletableFuture<RouteVerification> verification(Duration wait) {
        return RouteVerification.of(
                jobRoute(),
                route(),
                RouteVerification.siblings(parts.settings(), tables, clients, sourceName, route()),
                catchUp(wait),
                parts.deadLetters(),
                clock);
    }

    private CatchUp catchUp(Duration wait) {
        return new StreamCatchUp(
                clients.streams(source(), tables.isLocal(sourceName)),
                clients.own(source()),
                parts.settings().leaseTable(),
                sourceName,
                StreamCatchUp.Timing.of(parts.settings().lease().duration(), wait),
                timer,
                System::nanoTime);
    }

    /** The check of pages that a backfill has left. */
    PageSettler settler() {
        return new PageSettler(jobRoute(), parts.jobTable(), timing(), timer);
    }

    /** Whether daemons repair the target without being asked. */
    boolean repairs() {
        return fills() || gapRepair().isPresent();
    }

    /** How long a write that was given up, or the removal behind it, may matter. */
    public Duration lateness() {
        return parts.lateness();
    }

    private ReconcileTiming timing() {
        return new ReconcileTiming(SENDS, lateness(), clock, System::nanoTime);
    }

    /**
     * A backfill of the route.
     *
     * @param lock held already
     * @param epoch of the source's stream
     */
    public Backfill backfill(JobLock lock, String epoch, BackfillPlan plan, JobLimits limits) {
        Reconciler reconciler = reconciler(lock, epoch, limits);
        return new Backfill(
                jobRoute(),
                states(),
                reconciler,
                rowRepair(reconciler),
                limits.reads(),
                parts.deadLetterLock(JobLock.thisProcess()),
                plan,
                timing());
    }

    /**
     * Puts rows where they are missing.
     *
     * @param lock held already
     * @param epoch of the source's stream
     */
    public Reconciler reconciler(JobLock lock, String epoch, JobLimits limits) {
        return new Reconciler(
                jobRoute(), parts.jobTable(), UUID.randomUUID().toString(), lock, epoch, limits, timing(), timer);
    }

    /** Replaces and removes rows that differ from their items. */
    public RowRepair rowRepair(Reconciler reconciler) {
        return new RowRepair(reconciler, lateRemovals()::record);
    }

    /**
     * A redrive of dead letters of the route.
     *
     * @param lock of the jobs that delete dead letters, held already
     */
    Redrive redrive(JobLock lock) {
        return parts.redrive(tables, lock);
    }

    private LateRemovals lateRemovals() {
        LateWrites late = parts.lateWrites();
        return new LateRemovals(
                late,
                parts.ofRoute(late, tables.target(sourceName, parts.routeName()).identity()),
                System::nanoTime);
    }
}
