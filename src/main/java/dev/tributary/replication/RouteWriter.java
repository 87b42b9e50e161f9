package dev.tributary.replication;

import dev.tributary.deadletter.Predecessor;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.model.Change;
import dev.tributary.model.Failures;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.ordering.KeyedSerialExecutor;
import dev.tributary.projection.Projected;
import dev.tributary.replication.FencedRetry.LeaseGoneException;
import dev.tributary.replication.RouteHealth.SupportTable;
import dev.tributary.telemetry.Health;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * Writes the changes of one shard to one target: in stream order for each item, in parallel for different items.
 *
 * <p>A change that the target can never take is parked, and so are later changes of its item: {@link Parking}. If the
 * lease is lost, changes stay open, so no checkpoint passes them, and the next owner of the shard reads them again.
 */
final class RouteWriter {

    private static final CompletableFuture<Optional<Predecessor>> NOTHING_PARKED =
            CompletableFuture.completedFuture(Optional.empty());

    private final Route route;
    private final RouteMeters meters;
    private final RouteHealth health;
    private final PipelineDeadLetters deadLetters;
    private final RouteTarget target;
    private final Parking parking;
    private final String lateWriteTable;
    private final CompletableFuture<Void> shardTaken;
    private final CompletableFuture<Void> ready;
    private final KeyedSerialExecutor<ItemKey, PendingChange> executor;
    private final Consumer<Throwable> onFatal;

    /**
     * @param shardTaken ends when the shard is taken in the late-write table; fails if the lease is lost
     */
    RouteWriter(
            Route route,
            LateWrites lateWrites,
            CompletableFuture<Void> shardTaken,
            FencedRetry retry,
            ScheduledExecutorService timer,
            RouteMeters meters,
            Health health,
            Consumer<Throwable> onFatal) {
        this.route = route;
        this.meters = meters;
        this.health = new RouteHealth(health, route.name(), () -> PipelineDeadLetters.health(route.deadLetters()));
        this.onFatal = onFatal;
        this.deadLetters = new PipelineDeadLetters(
                route,
                () -> retry.untilDone(lateWrites::learn, this::lateWritesFailed),
                retry,
                timer,
                this.health,
                failure -> leftOpen("the read of parked items", failure));
        this.target = new RouteTarget(
                route,
                retry,
                meters,
                this.health,
                lateWrites.route(route.name(), route.table(), route.target()::applyAlone),
                this::lateWritesFailed);
        this.parking = new Parking(deadLetters, meters, this::write);
        this.lateWriteTable = lateWrites.table();
        this.shardTaken = shardTaken;
        this.ready = shardTaken.thenCompose(taken -> deadLetters.ready());
        this.executor = new KeyedSerialExecutor<>(
                this::writeChanges, (owner, failure) -> leftOpen("a change of " + owner, failure));
    }

    /** Reads which items have parked changes; changes wait until that is known. */
    void start() {
        deadLetters.start();
        shardTaken.whenComplete((taken, failure) -> {
            if (failure != null) {
                leftOpen("the read of late writes", failure);
            }
        });
    }

    /** Removes the route's conditions of this shard from health. */
    void close() {
        health.close();
    }

    /**
     * Takes the change; {@code entry} is completed when the change has ended on this route.
     *
     * @param awaited present if a request waits for the change
     */
    void submit(Change change, CheckpointTracker<ChangePosition>.Entry entry, Optional<AwaitedWrite> awaited) {
        Projected projected = route.projection().project(change);
        executor.submit(change.stamp().owner(), new PendingChange(change, projected, entry, awaited));
    }

    /** Writes consecutive changes of one item; runs once at a time for each item. */
    private CompletableFuture<Optional<Predecessor>> writeChanges(List<PendingChange> changes) {
        return ready.thenCompose(started -> parking.concerns(changes)
                ? parking.oneByOne(Optional.empty(), changes)
                : writeInOrder(PendingWrite.merge(changes)));
    }

    private CompletableFuture<Optional<Predecessor>> writeInOrder(List<PendingWrite> writes) {
        CompletableFuture<Optional<Predecessor>> parked = NOTHING_PARKED;
        for (PendingWrite write : writes) {
            parked = parked.thenCompose(
                    before -> before.isPresent() ? parking.oneByOne(before, write.changes()) : write(write));
        }
        return parked;
    }

    /** Ends with the parked change that the item's next change has to wait behind, or empty. */
    private CompletableFuture<Optional<Predecessor>> write(PendingWrite pending) {
        if (pending.write().isEmpty()) {
            return complete(Outcome.FILTERED, pending);
        }
        meters.merged(pending.changes().size());
        return target.write(pending.write().get())
                .thenCompose(result -> result instanceof RouteTarget.Result.Refused refused
                        ? parking.refused(pending.changes(), refused.reason())
                        : complete(((RouteTarget.Result.Taken) result).outcome(), pending));
    }

    private CompletableFuture<Optional<Predecessor>> complete(Outcome outcome, PendingWrite pending) {
        if (outcome == Outcome.REGRESSED) {
            health.regressed();
        }
        pending.changes().forEach(change -> change.end(outcome, meters));
        return NOTHING_PARKED;
    }

    void lateWritesSucceeded() {
        health.succeeded(SupportTable.LATE_WRITES);
    }

    void lateWritesFailed(WriteFailure failure) {
        health.failed(SupportTable.LATE_WRITES, lateWriteTable, failure);
    }

    /** An error of this program ends the process: it left changes open, and later ones must not overtake them. */
    private void leftOpen(String what, Throwable failure) {
        if (!LeaseGoneException.is(failure)) {
            onFatal.accept(new IllegalStateException(
                    "%s: %s was left open by an error of this program, and is read again after the next start"
                            .formatted(route.name(), what),
                    Failures.unwrap(failure)));
        }
    }
}
