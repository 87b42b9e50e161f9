package dev.tributary.daemon.jobs;

import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.JobLock.LockedException;
import dev.tributary.jobs.backfill.Backfill;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillPlan.Kind;
import dev.tributary.jobs.backfill.BackfillProgress;
import dev.tributary.jobs.backfill.RowShapes;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.model.Failures;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.LogThrottle;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon does for a route every few minutes: it notices that the target may have rows of another shape, and runs the
 * backfills that the configuration asks for, the first one ({@code backfill = auto}) and those after gaps ({@code gaps =
 * resync}). One process at a time does the latter, with the lock of the jobs that put rows; a backfill that was interrupted
 * continues where it was. Safe for any thread.
 */
final class RouteUpkeep {

    private static final Logger log = LoggerFactory.getLogger(RouteUpkeep.class);

    private static final Metric RUNNING = Metric.gauge("tributary.backfill.running", """
            1 while this process runs a backfill of the route, or its repair after a [gap](operations.md#gaps).""", "route");

    private static final Metric ITEMS = Metric.gauge("tributary.backfill.items", """
            Progress of the last backfill that this process began: items and rows, also of earlier processes that worked on it.
            `state` is `read`, or `refused` (could not be written). Compare `read` with the number of items of the
            source.""", "route", "state");

    static final Duration INTERVAL = Duration.ofMinutes(1);

    /** While there is nothing to fill or to repair, and all rows have one shape. */
    static final Duration IDLE_INTERVAL = Duration.ofMinutes(10);

    /** Until a worker has begun to read the source. */
    private static final Duration SOON = Duration.ofSeconds(2);

    private static final int SEGMENTS = 4;
    private static final String SHAPE = "row-shape";

    private final RouteJobs route;
    private final String worker;
    private final Health health;
    private final Conditions conditions;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final LogThrottle<String> failures = new LogThrottle<>();

    /** Guarded by this. */
    private @Nullable Backfill running;

    /** The one that is running, or ran last. */
    private volatile @Nullable Backfill last;

    /** Guarded by this. */
    private boolean closed;

    /** The last tick. */
    private volatile CompletableFuture<Void> work = CompletableFuture.completedFuture(null);

    /** @param worker names this process in locks */
    RouteUpkeep(
            RouteJobs route,
            String worker,
            Health health,
            MeterRegistry registry,
            ScheduledExecutorService timer,
            InstantSource clock) {
        this.route = route;
        this.worker = worker;
        this.health = health;
        this.conditions = health.conditions("route " + route.name());
        this.timer = timer;
        this.clock = clock;
        measure(registry);
    }

    void start() {
        next(Duration.ZERO);
    }

    private void next(Duration pause) {
        if (!isClosed()) {
            timer.schedule(
                    () -> work = tick().handle((pauseToNext, thrown) -> {
                        ended(thrown);
                        next(thrown == null ? pauseToNext : INTERVAL);
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
        } else if (!isClosed() && failures.begins(failure.getClass().getName())) {
            log.warn(
                    "{}: the jobs of the route failed, trying again: {}",
                    LogFields.route(route.name()),
                    failure.toString());
        }
    }

    /** Completes with the time until the next tick. */
    CompletableFuture<Duration> tick() {
        String shape = route.projection().shape();
        CompletableFuture<Boolean> reported = RowShapes.add(route.table(), route.name(), shape, clock.instant())
                .thenApply(shapes -> report(shapes, shape));
        if (!route.fills() && route.gapRepair().isEmpty()) {
            return reported.thenApply(same -> same ? IDLE_INTERVAL : INTERVAL);
        }
        return reported.thenApplyAsync(same -> route.sourceState(), timer).thenCompose(state -> state.map(this::fill)
                .orElseGet(() -> CompletableFuture.completedFuture(null))
                .thenApply(done -> state.isPresent() ? INTERVAL : SOON));
    }

    /** Returns whether all rows have the configured shape. */
    private boolean report(RowShapes shapes, String shape) {
        if (shapes.others(shape).isEmpty()) {
            conditions.clear(
                    SHAPE, () -> log.info("{}: all rows have the configured shape", LogFields.route(route.name())));
            return true;
        }
        String detail = SHAPE + ": " + shapes.otherText(shape) + ". To bring all rows into it: tributary backfill "
                + route.name() + " --reshape";
        conditions.raise(
                SHAPE,
                shapes.others(shape),
                Status.DEGRADED,
                detail,
                () -> log.warn("{}: {}", LogFields.route(route.name()), detail));
        return false;
    }

    private CompletableFuture<Void> fill(SourceState state) {
        Optional<GapRepair> repair =
                route.gapRepair().filter(asked -> !state.passed().isEmpty());
        if (repair.isPresent()) {
            return resync(state, repair.get());
        }
        return route.fills()
                ? run(
                        state,
                        BackfillPlan.all(Kind.FILL, route.projection().shape(), SEGMENTS),
                        progress -> progress.filledAt().isPresent())
                : CompletableFuture.completedFuture(null);
    }

    /** Repairs the target after gaps, once no repetition of a removal from before them can follow. */
    private CompletableFuture<Void> resync(SourceState state, GapRepair repair) {
        if (clock.instant().isBefore(repair.startsAt(state))) {
            return CompletableFuture.completedFuture(null);
        }
        String gaps = GapRepair.id(state);
        return run(
                        state,
                        BackfillPlan.resync(gaps, route.projection().shape(), SEGMENTS),
                        progress -> progress.isDone(gaps))
                .thenComposeAsync(done -> repair.acknowledge(state), timer)
                .thenAccept(acknowledged -> {
                    if (acknowledged) {
                        log.info(
                                "{}: all targets of the source are repaired, and its gaps acknowledged",
                                LogFields.route(route.name()));
                    }
                });
    }

    /** Runs a backfill unless it is done, also by another process that had the lock. */
    private CompletableFuture<Void> run(SourceState state, BackfillPlan plan, Predicate<BackfillProgress> done) {
        return isDone(plan, done)
                .thenCompose(before -> before || isClosed()
                        ? CompletableFuture.completedFuture(null)
                        : route.exclusively(worker, other -> {}, lock -> isDone(plan, done)
                                .thenCompose(now ->
                                        now ? CompletableFuture.completedFuture(null) : run(lock, state, plan))));
    }

    private CompletableFuture<Boolean> isDone(BackfillPlan plan, Predicate<BackfillProgress> done) {
        return route.table()
                .state(route.name(), plan.state())
                .thenApply(stored -> BackfillProgress.of(stored).filter(done).isPresent());
    }

    private CompletableFuture<Void> run(JobLock lock, SourceState state, BackfillPlan plan) {
        Backfill backfill =
                route.backfill(lock, state.epoch(), plan, JobLimits.of(route.units(), route.units(), timer));
        if (!begin(backfill)) {
            return CompletableFuture.completedFuture(null);
        }
        log.info("{}: a {} starts or continues", LogFields.route(route.name()), plan.state());
        Conditions shown = health.conditions(
                plan.state() + " " + route.name(),
                () -> new Component(Status.UP, "%d read, %d refused".formatted(backfill.read(), backfill.refused())));
        return backfill.run()
                .thenAccept(ended -> log.info(
                        "{}: the {} {}: {} read, {} written, {} removed, {} refused",
                        LogFields.route(route.name()),
                        plan.state(),
                        ended ? "has ended" : "is interrupted, and continues later",
                        backfill.read(),
                        backfill.result().written(),
                        backfill.result().removed(),
                        backfill.refused()))
                .whenComplete((ended, thrown) -> {
                    shown.close();
                    end();
                });
    }

    private synchronized boolean begin(Backfill backfill) {
        running = backfill;
        last = backfill;
        return !closed;
    }

    private synchronized void end() {
        running = null;
    }

    private void measure(MeterRegistry registry) {
        RUNNING.gauge(registry, this, upkeep -> upkeep.isRunning() ? 1 : 0, route.name());
        ITEMS.gauge(registry, this, upkeep -> upkeep.ofLast(Backfill::read), route.name(), "read");
        ITEMS.gauge(registry, this, upkeep -> upkeep.ofLast(Backfill::refused), route.name(), "refused");
    }

    private synchronized boolean isRunning() {
        return running != null;
    }

    private double ofLast(ToDoubleFunction<Backfill> count) {
        Backfill backfill = last;
        return backfill == null ? 0 : count.applyAsDouble(backfill);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Ends a backfill after its current pages; another process, or the next start, continues it.
     *
     * @return completes when its position is recorded and its lock released
     */
    CompletableFuture<Void> stop() {
        Optional<Backfill> now;
        synchronized (this) {
            closed = true;
            now = Optional.ofNullable(running);
        }
        now.ifPresent(Backfill::stop);
        return now.isPresent() ? work : CompletableFuture.completedFuture(null);
    }
}
