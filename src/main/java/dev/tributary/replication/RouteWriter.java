package dev.tributary.replication;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.ordering.KeyedSerialExecutor;
import dev.tributary.table.WriteFailure;
import dev.tributary.telemetry.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the changes of one shard to one target: in order per source item, in parallel otherwise, each until it has
 * ended or the lease is gone.
 *
 * <p>A change whose lease is gone is left open, so no checkpoint passes it; the next owner of the shard reads it again.
 */
final class RouteWriter {

    private static final Logger log = LoggerFactory.getLogger(RouteWriter.class);

    /** How often a write that the fence holds back looks whether it may go on. */
    private static final Duration FENCE_CHECK = Duration.ofMillis(100);

    private final Route route;
    private final Fence fence;
    private final Backoff backoff;
    private final ScheduledExecutorService timer;
    private final RouteMeters meters;
    private final RouteHealth health;
    private final KeyedSerialExecutor<ItemKey, Pending> executor;

    /** A write and the changes that end with it. */
    private record Pending(TargetWrite write, List<CheckpointTracker<Position>.Entry> changes) {

        Pending then(Pending later) {
            List<CheckpointTracker<Position>.Entry> both = new ArrayList<>(changes);
            both.addAll(later.changes);
            return new Pending(write.then(later.write), both);
        }
    }

    RouteWriter(
            Route route,
            Fence fence,
            Backoff backoff,
            ScheduledExecutorService timer,
            RouteMeters meters,
            Health health) {
        this.route = route;
        this.fence = fence;
        this.backoff = backoff;
        this.timer = timer;
        this.meters = meters;
        this.health = new RouteHealth(health, route.name());
        this.executor = new KeyedSerialExecutor<>(this::write, Pending::then);
    }

    /** Takes the change; {@code entry} is completed when it has ended here. */
    void submit(Change change, CheckpointTracker<Position>.Entry entry) {
        route.projection()
                .project(change)
                .ifPresentOrElse(
                        write -> executor.submit(change.mark().owner(), new Pending(write, List.of(entry))),
                        () -> ended(Outcome.FILTERED, List.of(entry)));
    }

    private CompletableFuture<Void> write(Pending pending) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        attempt(pending, 0, ended);
        return ended;
    }

    private void attempt(Pending pending, int failures, CompletableFuture<Void> ended) {
        if (!fence.holds()) {
            await(pending, failures, ended);
            return;
        }
        long start = System.nanoTime();
        route.target().apply(pending.write(), fence::holds).whenComplete((outcome, thrown) -> {
            meters.write().record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            if (thrown == null) {
                health.succeeded();
                ended(outcome, pending.changes());
                ended.complete(null);
            } else if (fence.lost()) {
                ended.complete(null);
            } else {
                retry(pending, failures + 1, WriteFailure.of(thrown), ended);
            }
        });
    }

    /** A renewal that comes late opens the fence again, and then nobody else would bring this write. */
    private void await(Pending pending, int failures, CompletableFuture<Void> ended) {
        if (fence.lost()) {
            ended.complete(null);
        } else {
            timer.schedule(() -> attempt(pending, failures, ended), FENCE_CHECK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void retry(Pending pending, int failures, WriteFailure failure, CompletableFuture<Void> ended) {
        meters.failed(failure.kind());
        health.failed(failure);
        long delay = backoff.delay(failure.kind(), failures).toMillis();
        log.debug("{}: attempt {} failed, next in {} ms: {}", route.name(), failures, delay, failure.message());
        timer.schedule(() -> attempt(pending, failures, ended), delay, TimeUnit.MILLISECONDS);
    }

    private void ended(Outcome outcome, List<CheckpointTracker<Position>.Entry> changes) {
        meters.ended(outcome, changes.size());
        changes.forEach(CheckpointTracker.Entry::complete);
    }
}
