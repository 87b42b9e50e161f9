package dev.tributary.replication;

import dev.tributary.deadletter.Predecessor;
import dev.tributary.dynamo.CallResult;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.latewrite.RouteLateWrites;
import dev.tributary.model.Change;
import dev.tributary.model.Failures;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.ordering.KeyedSerialExecutor;
import dev.tributary.projection.Projected;
import dev.tributary.replication.FencedRetry.LeaseGoneException;
import dev.tributary.replication.PendingWrite.Step;
import dev.tributary.replication.RouteHealth.OwnTable;
import dev.tributary.telemetry.Health;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the changes of one shard to one target: in order per source item, in parallel otherwise, each until it has
 * ended or the lease is gone.
 *
 * <p>A change that the target can never take is parked, and so are the later ones of its item. A change whose lease is
 * gone is left open, so no checkpoint passes it; the next owner of the shard reads it again.
 */
final class RouteWriter {

    private static final Logger log = LoggerFactory.getLogger(RouteWriter.class);

    private static final CompletableFuture<Optional<Predecessor>> NOTHING_PARKED =
            CompletableFuture.completedFuture(Optional.empty());

    private final Route route;
    private final Fence fence;
    private final FencedRetry attempts;
    private final RouteMeters meters;
    private final RouteHealth health;
    private final Parking parking;
    private final RouteLateWrites late;
    private final String lateWriteTable;
    private final CompletableFuture<Void> taken;
    private final CompletableFuture<Void> ready;
    private final KeyedSerialExecutor<ItemKey, Step> executor;
    private final Consumer<Throwable> onFatal;

    /**
     * @param taken ends when the shard has been taken as far as late writes go; fails if the lease is gone
     */
    RouteWriter(
            Route route,
            LateWrites late,
            CompletableFuture<Void> taken,
            Fence fence,
            Backoff backoff,
            ScheduledExecutorService timer,
            RouteMeters meters,
            Health health,
            Consumer<Throwable> onFatal) {
        this.route = route;
        this.fence = fence;
        this.attempts = new FencedRetry(fence, backoff, timer);
        this.meters = meters;
        this.health = new RouteHealth(health, route.name(), () -> Parking.health(route.deadLetters()));
        this.onFatal = onFatal;
        this.parking = new Parking(
                route,
                () -> attempts.untilDone(late::learn, this::lateWritesFailed),
                attempts,
                timer,
                this.health,
                failure -> broken("what is parked", failure));
        this.late = late.route(route.name(), route.target()::applyAlone);
        this.lateWriteTable = late.table();
        this.taken = taken;
        this.ready = taken.thenCompose(held -> parking.ready());
        this.executor = new KeyedSerialExecutor<>(this::write, this::broken);
    }

    /** Reads what is parked; changes wait until that is known. */
    void start() {
        parking.start();
        taken.whenComplete((held, failure) -> {
            if (failure != null) {
                broken("what may arrive late", failure);
            }
        });
    }

    /** Reports nothing more to health. */
    void close() {
        health.close();
    }

    /** Takes the change; {@code entry} is completed when it has ended here. */
    void submit(Change change, CheckpointTracker<ChangePosition>.Entry entry) {
        executor.submit(
                change.stamp().owner(), new Step(change, route.projection().project(change), entry));
    }

    /** Changes of an item did not come to an end, and no later one of it may overtake them. */
    private void broken(ItemKey owner, Throwable failure) {
        broken("a change of " + owner, failure);
    }

    private void broken(String what, Throwable failure) {
        if (!LeaseGoneException.is(failure)) {
            onFatal.accept(new IllegalStateException(
                    "%s: %s was left open by an error of this program, and is read again after the next start"
                            .formatted(route.name(), what),
                    Failures.unwrap(failure)));
        }
    }

    /** Ends, as all below, with the parked change that the item's next has to wait behind; empty if there is none. */
    private CompletableFuture<Optional<Predecessor>> write(List<Step> steps) {
        return ready.thenCompose(started -> {
            if (steps.stream().anyMatch(Step::refused)
                    || parking.holds(steps.get(0).change().stamp().owner())) {
                return oneByOne(Optional.empty(), steps);
            }
            CompletableFuture<Optional<Predecessor>> parked = NOTHING_PARKED;
            for (PendingWrite pending : PendingWrite.of(steps)) {
                parked = parked.thenCompose(
                        before -> before.isPresent() ? oneByOne(before, pending.steps()) : merged(pending));
            }
            return parked;
        });
    }

    private CompletableFuture<Optional<Predecessor>> merged(PendingWrite pending) {
        return pending.write()
                .map(write -> together(write, pending.steps()))
                .orElseGet(() -> ended(Outcome.FILTERED, pending.steps()));
    }

    /** One write for all; where the target refuses it, one of them may be to blame. */
    private CompletableFuture<Optional<Predecessor>> together(TargetWrite write, List<Step> steps) {
        return attempt(write).thenCompose(written -> {
            if (written.outcome().isPresent()) {
                return ended(written.outcome().get(), steps);
            }
            return steps.size() == 1 ? park(steps.get(0), written.refusal()) : oneByOne(Optional.empty(), steps);
        });
    }

    /** Each by itself, up to the first that has to be parked; from there on they wait behind it. */
    private CompletableFuture<Optional<Predecessor>> oneByOne(Optional<Predecessor> first, List<Step> steps) {
        CompletableFuture<Optional<Predecessor>> parked = CompletableFuture.completedFuture(first);
        for (Step step : steps) {
            parked = parked.thenCompose(
                    before -> before.map(row -> behind(row, step)).orElseGet(() -> alone(step)));
        }
        return parked;
    }

    private CompletableFuture<Optional<Predecessor>> alone(Step step) {
        return parking.before(step.change()).thenCompose(before -> {
            if (before.isPresent()) {
                return behind(before.get(), step);
            }
            if (step.projected() instanceof Projected.Refused refused) {
                return park(step, refused.reason());
            }
            if (step.projected() instanceof Projected.Write asked) {
                return together(asked.write(), List.of(step));
            }
            return ended(Outcome.FILTERED, List.of(step));
        });
    }

    /** Parks it behind the other, or looks again where somebody has taken that out meanwhile. */
    private CompletableFuture<Optional<Predecessor>> behind(Predecessor before, Step step) {
        return parking.parkBehind(before, step.change()).thenCompose(stored -> {
            if (stored.isEmpty()) {
                return alone(step);
            }
            end(Outcome.PARKED, step);
            return CompletableFuture.completedFuture(stored);
        });
    }

    private CompletableFuture<Optional<Predecessor>> park(Step step, String reason) {
        return parking.park(step.change(), reason).thenApply(stored -> {
            end(Outcome.PARKED, step);
            return Optional.of(stored);
        });
    }

    /**
     * How a write ended.
     *
     * @param outcome empty if the target will never take it
     * @param refusal why not
     */
    private record Written(Optional<Outcome> outcome, String refusal) {}

    private CompletableFuture<Written> attempt(TargetWrite write) {
        return attempts.untilDecided(() -> call(write), failure -> failed(write, failure), this::refused)
                .thenCompose(written -> {
                    health.succeeded();
                    return settled(write, written);
                });
    }

    /** What late writes may do to this one, or it to later ones, is provided for before a change may end. */
    private CompletableFuture<Written> settled(TargetWrite write, Written written) {
        return attempts.untilDone(() -> late.settle(write, written.outcome()), this::lateWritesFailed)
                .thenApply(done -> {
                    health.succeeded(OwnTable.LATE_WRITES);
                    return written;
                });
    }

    void lateWritesFailed(WriteFailure failure) {
        health.failed(OwnTable.LATE_WRITES, lateWriteTable, failure);
    }

    void lateWritesSucceeded() {
        health.succeeded(OwnTable.LATE_WRITES);
    }

    private CompletableFuture<Written> call(TargetWrite write) {
        long start = System.nanoTime();
        return route.target()
                .apply(write, fence::holds)
                .whenComplete(
                        (outcome, thrown) -> meters.write().record(System.nanoTime() - start, TimeUnit.NANOSECONDS))
                .thenApply(outcome -> new Written(Optional.of(outcome), ""));
    }

    /**
     * A target that refuses a write is well, and the write is at fault; but for a target that has another key than it had
     * and refuses all of them.
     */
    private CompletableFuture<CallResult<Written>> refused(WriteFailure failure) {
        return route.target().wrongKey(route.projection().targetKey()).thenApply(wrong -> {
            if (wrong.isPresent()) {
                return new CallResult.TryAgain<>(wrong.get());
            }
            meters.failed(failure.kind());
            return new CallResult.Done<>(new Written(Optional.empty(), failure.message()));
        });
    }

    private void failed(TargetWrite write, WriteFailure failure) {
        if (failure.openEnded()) {
            late.gaveUp(write);
        }
        meters.failed(failure.kind());
        health.failed(failure);
        log.debug("{}: an attempt failed: {}", route.name(), failure.message());
    }

    /** Those that asked for nothing of themselves end as that. */
    private CompletableFuture<Optional<Predecessor>> ended(Outcome outcome, List<Step> steps) {
        if (outcome == Outcome.REGRESSED) {
            health.regressed();
        }
        steps.forEach(step -> end(step.projected() instanceof Projected.Nothing ? Outcome.FILTERED : outcome, step));
        return NOTHING_PARKED;
    }

    private void end(Outcome outcome, Step step) {
        meters.ended(outcome);
        step.entry().complete();
    }
}
