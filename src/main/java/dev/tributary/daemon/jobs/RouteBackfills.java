package dev.tributary.daemon.jobs;

import dev.tributary.deadletter.JobLock;
import dev.tributary.jobs.backfill.Backfill;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the backfills of a route that its configuration asks for, one at a time. One process at a time does so, with the lock
 * of the jobs that put rows; a backfill that was interrupted continues where it was. Safe for any thread.
 */
final class RouteBackfills {

    private static final Logger log = LoggerFactory.getLogger(RouteBackfills.class);

    private static final Metric RUNNING = Metric.gauge("tributary.backfill.running", """
            1 while this process runs a backfill of the route, or its repair after a
            [gap](troubleshooting.md#gaps).""", "route");

    private static final Metric ITEMS = Metric.gauge("tributary.backfill.items", """
            Progress of the last backfill that this process began: items and rows, also of earlier processes that worked on it.
            `state` is `read`, or `refused` (could not be written). Compare `read` with the number of items of the
            source.""", "route", "state");

    private final RouteJobs route;
    private final String worker;
    private final Health health;
    private final ScheduledExecutorService timer;

    /** Guarded by this. */
    private @Nullable Backfill running;

    /** The one that is running, or ran last. */
    private volatile @Nullable Backfill last;

    /** Guarded by this. */
    private boolean closed;

    /** @param worker names this process in locks */
    RouteBackfills(
            RouteJobs route, String worker, Health health, MeterRegistry registry, ScheduledExecutorService timer) {
        this.route = route;
        this.worker = worker;
        this.health = health;
        this.timer = timer;
        RUNNING.gauge(registry, this, backfills -> backfills.isRunning() ? 1 : 0, route.name());
        ITEMS.gauge(registry, this, backfills -> backfills.ofLast(Backfill::read), route.name(), "read");
        ITEMS.gauge(registry, this, backfills -> backfills.ofLast(Backfill::refused), route.name(), "refused");
    }

    /**
     * Runs a backfill, unless another process that had the lock has done it meanwhile.
     *
     * @param done reads whether it is done
     */
    CompletableFuture<Void> run(SourceState state, BackfillPlan plan, Supplier<CompletableFuture<Boolean>> done) {
        return isClosed()
                ? CompletableFuture.completedFuture(null)
                : route.exclusively(worker, other -> {}, lock -> done.get()
                        .thenCompose(now -> now ? CompletableFuture.completedFuture(null) : run(lock, state, plan)));
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

    private synchronized boolean isRunning() {
        return running != null;
    }

    private double ofLast(ToDoubleFunction<Backfill> count) {
        Backfill backfill = last;
        return backfill == null ? 0 : count.applyAsDouble(backfill);
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Ends a backfill after its current pages; another process, or the next start, continues it. None begins afterwards.
     *
     * @return whether one was running
     */
    boolean stop() {
        Optional<Backfill> now;
        synchronized (this) {
            closed = true;
            now = Optional.ofNullable(running);
        }
        now.ifPresent(Backfill::stop);
        return now.isPresent();
    }
}
