package dev.tributary.daemon.jobs;

import dev.tributary.deadletter.JobLock.LockedException;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillPlan.Kind;
import dev.tributary.jobs.backfill.BackfillProgress;
import dev.tributary.jobs.backfill.TargetHistory;
import dev.tributary.jobs.backfill.TargetHistory.Missed;
import dev.tributary.model.Failures;
import dev.tributary.stream.lease.RouteReaders;
import dev.tributary.stream.lease.SharedLeaseTable;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.LogThrottle;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon does for a route every few minutes: it notices why rows of the target may be wrong ({@link TargetHistory}),
 * and runs the backfills that the configuration asks for: the first one ({@code backfill = auto}), that after changes were
 * missed, and those after gaps ({@code gaps = resync}). None starts while a worker reads the source without the route. Safe
 * for any thread.
 */
final class RouteUpkeep {

    private static final Logger log = LoggerFactory.getLogger(RouteUpkeep.class);

    static final Duration INTERVAL = Duration.ofMinutes(1);

    /** While there is nothing to fill or to repair. */
    static final Duration IDLE_INTERVAL = Duration.ofMinutes(10);

    /** Until a worker has begun to read the source, and has reported its routes. */
    static final Duration SOON = Duration.ofSeconds(2);

    /** After a start: a worker that starts at the same time may report its routes after the first of them. */
    private static final int FIRST_TICKS = 3;

    private static final int SEGMENTS = 4;

    private final RouteJobs route;
    private final SharedLeaseTable leases;
    private final String worker;
    private final UpkeepConditions conditions;
    private final RouteBackfills backfills;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final LogThrottle<String> failures = new LogThrottle<>();

    /** A worker that has just taken a shard repeats the removals of its former reader, however old they are. */
    private final Instant began;

    /** The last tick. */
    private volatile CompletableFuture<Void> work = CompletableFuture.completedFuture(null);

    /** Used by one tick at a time. */
    private int ticks;

    /**
     * @param leases the lease table of the source
     * @param worker names this process in locks and reports
     */
    RouteUpkeep(
            RouteJobs route,
            SharedLeaseTable leases,
            String worker,
            Health health,
            MeterRegistry registry,
            ScheduledExecutorService timer,
            InstantSource clock) {
        this.route = route;
        this.leases = leases;
        this.worker = worker;
        this.conditions = new UpkeepConditions(route, health);
        this.backfills = new RouteBackfills(route, worker, health, registry, timer);
        this.timer = timer;
        this.clock = clock;
        this.began = clock.instant();
    }

    void start() {
        next(Duration.ZERO);
    }

    private void next(Duration pause) {
        if (!backfills.isClosed()) {
            timer.schedule(
                    () -> work = tick().handle((pauseToNext, thrown) -> {
                        ended(thrown);
                        ticks++;
                        next(
                                thrown == null && (ticks >= FIRST_TICKS || pauseToNext.equals(SOON))
                                        ? pauseToNext
                                        : INTERVAL);
                        return null;
                    }),
                    pause.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void ended(@Nullable Throwable thrown) {
        Throwable failure = thrown == null ? null : Failures.unwrap(thrown);
        if (failure == null || failure instanceof LockedException) {
            failures.ends();
        } else if (!backfills.isClosed() && failures.begins(failure.getClass().getName())) {
            log.warn(
                    "{}: the jobs of the route failed, trying again: {}",
                    LogFields.route(route.name()),
                    failure.toString());
        }
    }

    /** Completes with the time until the next tick. */
    CompletableFuture<Duration> tick() {
        return TargetHistory.written(route.states(), shape(), clock.instant())
                .thenCompose(history -> ticks < FIRST_TICKS || history.missed().isPresent()
                        ? look(history)
                        : CompletableFuture.completedFuture(history))
                .thenCompose(
                        history -> route.states().get(BackfillPlan.BACKFILL).thenApply(stored -> {
                            conditions.tell(history);
                            conditions.tellRepair(BackfillProgress.of(stored));
                            return history;
                        }))
                .thenCompose(history -> route.repairs()
                        ? CompletableFuture.supplyAsync(route::sourceState, timer)
                                .thenCompose(state -> state.map(read -> fill(read, history))
                                        .orElseGet(() -> CompletableFuture.completedFuture(SOON)))
                        : CompletableFuture.completedFuture(isUsual(history) ? IDLE_INTERVAL : INTERVAL));
    }

    /** Records a worker that reads the source without the route, if there is one. */
    private CompletableFuture<TargetHistory> look(TargetHistory history) {
        return readers().thenCompose(readers -> readers.without().stream()
                .findFirst()
                .map(without -> TargetHistory.missed(route.states(), without, clock.instant()))
                .orElseGet(() -> CompletableFuture.completedFuture(history)));
    }

    private CompletableFuture<RouteReaders> readers() {
        return CompletableFuture.supplyAsync(() -> route.readers(leases, worker), timer);
    }

    private boolean isUsual(TargetHistory history) {
        return history.missed().isEmpty() && history.others(shape()).isEmpty();
    }

    private String shape() {
        return route.projection().shape();
    }

    /** Completes with the time until the next tick. */
    private CompletableFuture<Duration> fill(SourceState state, TargetHistory history) {
        Optional<GapRepair> gaps =
                route.gapRepair().filter(repair -> !GapRepair.id(state).isEmpty());
        if (gaps.isEmpty()) {
            conditions.clearResync();
        }
        if (clock.instant().isBefore(repairableAt(state, gaps, history.missed()))) {
            return CompletableFuture.completedFuture(INTERVAL);
        }
        if (gaps.isPresent()) {
            return resync(state, gaps.get(), history);
        }
        if (history.missed().isPresent()) {
            return bringMissed(state);
        }
        return route.fills()
                ? run(
                        state,
                        plan(Kind.FILL, state),
                        () -> is(BackfillPlan.BACKFILL, progress -> progress.hasFilled(route.identity())))
                : CompletableFuture.completedFuture(INTERVAL);
    }

    /** The time from which no removal from before the gaps and the missed changes can be repeated. */
    private Instant repairableAt(SourceState state, Optional<GapRepair> gaps, Optional<Missed> missed) {
        return Stream.of(
                        gaps.map(repair -> repair.startsAt(state)),
                        missed.map(changes -> changes.repairableAt(route.lateness())),
                        missed.map(changes -> began.plus(route.lateness())))
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder())
                .orElse(Instant.MIN);
    }

    private BackfillPlan plan(Kind kind, SourceState state) {
        return BackfillPlan.all(kind, shape(), GapRepair.id(state), SEGMENTS);
    }

    /** Runs a backfill unless it is done, once every worker has the route; completes with the time until the next tick. */
    private CompletableFuture<Duration> run(
            SourceState state, BackfillPlan plan, Supplier<CompletableFuture<Boolean>> done) {
        return done.get().thenCompose(before -> {
            if (before) {
                return CompletableFuture.completedFuture(INTERVAL);
            }
            return readers()
                    .thenCompose(readers -> readers.complete()
                            ? backfills.run(state, plan, done).thenApply(ran -> INTERVAL)
                            : CompletableFuture.completedFuture(
                                    readers.unknown().isEmpty() ? INTERVAL : SOON));
        });
    }

    /** Repairs the target, and so fills it too. */
    private CompletableFuture<Duration> bringMissed(SourceState state) {
        return run(state, plan(Kind.REPAIR, state), () -> TargetHistory.read(route.states())
                .thenApply(now -> now.missed().isEmpty()));
    }

    /** Repairs the target after gaps. If that is done and has to wait for a person, changes may have been missed since. */
    private CompletableFuture<Duration> resync(SourceState state, GapRepair repair, TargetHistory history) {
        String gaps = GapRepair.id(state);
        Supplier<CompletableFuture<Boolean>> done = () -> is(BackfillPlan.RESYNC, progress -> progress.isDone(gaps));
        return done.get()
                .thenCompose(before -> before && history.missed().isPresent()
                        ? bringMissed(state)
                        : run(state, BackfillPlan.resync(shape(), gaps, SEGMENTS), done))
                .thenCompose(pause -> route.states()
                        .get(BackfillPlan.RESYNC)
                        .thenAccept(stored -> BackfillProgress.of(stored)
                                .filter(progress -> progress.isDone(gaps))
                                .ifPresent(conditions::tellResync))
                        .thenComposeAsync(reported -> repair.acknowledge(state), timer)
                        .thenApply(acknowledged -> {
                            if (acknowledged) {
                                log.info(
                                        "{}: all targets of the source are repaired, and its gaps acknowledged",
                                        LogFields.route(route.name()));
                            }
                            return pause;
                        }));
    }

    private CompletableFuture<Boolean> is(String state, Predicate<BackfillProgress> wanted) {
        return route.states()
                .get(state)
                .thenApply(stored -> BackfillProgress.of(stored).filter(wanted).isPresent());
    }

    /**
     * Ends a backfill after its current pages; another process, or the next start, continues it.
     *
     * @return completes when its position is recorded and its lock released
     */
    CompletableFuture<Void> stop() {
        return backfills.stop() ? work : CompletableFuture.completedFuture(null);
    }
}
