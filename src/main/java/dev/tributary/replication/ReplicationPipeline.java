package dev.tributary.replication;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.latewrite.ShardLateWrites;
import dev.tributary.model.Change;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The way of one shard's changes to all targets of its source, for as long as the lease is held.
 *
 * <p>It starts with reading which items have parked changes; what is submitted meanwhile waits. Changes are submitted in stream order by one thread. The checkpoint may be read by any.
 */
public final class ReplicationPipeline implements AutoCloseable {

    /** How often a full pipeline looks whether the lease is still held. */
    private static final Duration FENCE_CHECK = Duration.ofMillis(100);

    private final List<RouteWriter> routes;
    private final ShardLateWrites late;
    private final Fence fence;
    private final int maxInFlight;
    private final LongSupplier nanoTime;
    private final CheckpointTracker<ChangePosition> tracker = new CheckpointTracker<>();

    /**
     * @param routes the targets
     * @param late this holding of the shard, which the pipeline takes
     * @param maxInFlight changes that may be open at the same time
     * @param fence asked before each attempt to write
     * @param timer runs retries; shared
     * @param onFatal receives errors of this program that left changes open: the process must stop; may be called by any
     *     thread, more than once
     */
    public ReplicationPipeline(
            List<Route> routes,
            ShardLateWrites late,
            int maxInFlight,
            Fence fence,
            ScheduledExecutorService timer,
            MeterRegistry registry,
            Health health,
            Consumer<Throwable> onFatal) {
        this(routes, late, maxInFlight, fence, timer, registry, health, onFatal, System::nanoTime);
    }

    /**
     * The same.
     *
     * @param nanoTime monotonic, by which the time is measured that a change is open
     */
    ReplicationPipeline(
            List<Route> routes,
            ShardLateWrites late,
            int maxInFlight,
            Fence fence,
            ScheduledExecutorService timer,
            MeterRegistry registry,
            Health health,
            Consumer<Throwable> onFatal,
            LongSupplier nanoTime) {
        this.late = late;
        this.fence = fence;
        this.maxInFlight = maxInFlight;
        this.nanoTime = nanoTime;
        Backoff backoff = new Backoff(RandomGenerator.getDefault());
        CompletableFuture<Void> taken = new CompletableFuture<>();
        this.routes = routes.stream()
                .map(route -> new RouteWriter(
                        route,
                        late.source(),
                        taken,
                        fence,
                        backoff,
                        timer,
                        new RouteMeters(registry, route),
                        health,
                        onFatal))
                .toList();
        take(new FencedRetry(fence, backoff, timer), taken);
        this.routes.forEach(RouteWriter::start);
    }

    private void take(FencedRetry attempts, CompletableFuture<Void> taken) {
        attempts.untilDone(late::take, this::lateWritesFailed)
                .thenCompose(held -> attempts.untilDone(late.source()::learnAndRepeat, this::lateWritesFailed))
                .whenComplete((learned, failure) -> {
                    if (failure == null) {
                        routes.forEach(RouteWriter::lateWritesSucceeded);
                        taken.complete(null);
                    } else {
                        taken.completeExceptionally(failure);
                    }
                });
    }

    private void lateWritesFailed(WriteFailure failure) {
        routes.forEach(route -> route.lateWritesFailed(failure));
    }

    /**
     * Gives the shard up, once every change taken has ended: no call of this worker can have an effect later that nobody
     * provides for. Without it the next worker repeats removals for a while.
     */
    public CompletableFuture<Void> release() {
        return tracker.size() == 0 ? late.release() : CompletableFuture.completedFuture(null);
    }

    /**
     * Takes a change, waiting while too many are open.
     *
     * @param sequenceNumber of the change, for the checkpoint
     * @param ended run when the change has ended on every route, by any thread; never if the lease is lost first
     * @return false, and the change not taken, if the lease is lost or about to pass to another worker
     * @throws InterruptedException if interrupted while waiting; the change is not taken
     */
    public boolean submit(Change change, String sequenceNumber, Runnable ended) throws InterruptedException {
        do {
            if (fence.draining()) {
                return false;
            }
        } while (!tracker.awaitFewerThan(maxInFlight, FENCE_CHECK));
        CheckpointTracker<ChangePosition>.Entry entry = tracker.open(
                new ChangePosition(sequenceNumber, change.stamp().createdAt(), nanoTime.getAsLong()),
                routes.size(),
                ended);
        routes.forEach(route -> route.submit(change, entry));
        return true;
    }

    /** The sequence number up to which every change has ended on every route; null before the first. */
    public @Nullable String checkpoint() {
        ChangePosition passed = tracker.passed();
        return passed == null ? null : passed.sequenceNumber();
    }

    /** Age of the oldest change that is open, by its creation time in whole seconds; zero when none is. */
    public Duration lag(Instant now) {
        ChangePosition first = tracker.first();
        if (first == null) {
            return Duration.ZERO;
        }
        Duration age = Duration.between(first.createdAt(), now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Time since the first change that is open was taken, whatever its creation time says; zero when none is. */
    public Duration openFor() {
        ChangePosition first = tracker.first();
        return first == null ? Duration.ZERO : Duration.ofNanos(nanoTime.getAsLong() - first.takenAt());
    }

    /** Whether the lease is still held, so that the pipeline is of use. */
    public boolean active() {
        return !fence.lost();
    }

    /** Takes the pipeline's conditions out of health; whoever has the lease next reports its own. Idempotent. */
    @Override
    public void close() {
        routes.forEach(RouteWriter::close);
    }

    /** Changes that are open, or behind one that is. */
    public int inFlight() {
        return tracker.size();
    }

    /**
     * Waits until every change taken has ended.
     *
     * @return false if no more may be written first
     */
    public boolean drain() throws InterruptedException {
        while (!tracker.awaitFewerThan(1, FENCE_CHECK)) {
            if (fence.lost()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The same, for a time.
     *
     * @return false if the time ran out or no more may be written first
     */
    public boolean drain(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!tracker.awaitFewerThan(1, FENCE_CHECK)) {
            if (fence.lost() || System.nanoTime() - end >= 0) {
                return false;
            }
        }
        return true;
    }
}
