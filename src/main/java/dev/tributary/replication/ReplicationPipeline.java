package dev.tributary.replication;

import dev.tributary.acknowledgement.WriteMark;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.latewrite.ShardLateWrites;
import dev.tributary.model.Change;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Replicates the changes of one shard to all targets of its source while the shard's lease is held.
 *
 * <p>Changes that are submitted before the late writes and the parked items of the shard are known wait for that. One
 * thread submits changes, in stream order; any thread may read the checkpoint.
 */
public final class ReplicationPipeline implements AutoCloseable {

    /** How often a wait checks whether the lease is still held. */
    private static final Duration FENCE_CHECK = Duration.ofMillis(100);

    private final List<RouteWriter> routes;
    private final ShardLateWrites lateWrites;
    private final Fence fence;
    private final int maxInFlight;
    private final LongSupplier nanoTime;
    private final CheckpointTracker<ChangePosition> tracker = new CheckpointTracker<>();

    /** Written before the first change, by the thread that submits. */
    private WriteListener writes = (mark, end) -> {};

    /** Whether the last read has returned all changes that there were. Written by the thread that submits. */
    private volatile boolean caughtUp = true;

    /** When the shard was last read without a change; null before. Written by the thread that submits. */
    private volatile @Nullable Instant readEmptyAt;

    /**
     * @param routes all routes of the source
     * @param lateWrites the shard in the late-write table; the pipeline takes and releases it
     * @param maxInFlight most changes that may be open at the same time
     * @param fence checked before each attempt to write
     * @param timer runs retries; shared
     * @param onFatal receives errors of this program that left changes open: the process must stop. Any thread may call
     *     it, more than once
     */
    public ReplicationPipeline(
            List<Route> routes,
            ShardLateWrites lateWrites,
            int maxInFlight,
            Fence fence,
            ScheduledExecutorService timer,
            MeterRegistry registry,
            Health health,
            Consumer<Throwable> onFatal) {
        this(routes, lateWrites, maxInFlight, fence, timer, registry, health, onFatal, System::nanoTime);
    }

    /**
     * The same with an injected clock.
     *
     * @param nanoTime monotonic; measures how long changes are open
     */
    ReplicationPipeline(
            List<Route> routes,
            ShardLateWrites lateWrites,
            int maxInFlight,
            Fence fence,
            ScheduledExecutorService timer,
            MeterRegistry registry,
            Health health,
            Consumer<Throwable> onFatal,
            LongSupplier nanoTime) {
        this.lateWrites = lateWrites;
        this.fence = fence;
        this.maxInFlight = maxInFlight;
        this.nanoTime = nanoTime;
        FencedRetry retry = new FencedRetry(fence, new Backoff(RandomGenerator.getDefault()), timer);
        CompletableFuture<Void> shardTaken = new CompletableFuture<>();
        this.routes = routes.stream()
                .map(route -> new RouteWriter(
                        route,
                        lateWrites.source(),
                        shardTaken,
                        retry,
                        timer,
                        new RouteMeters(registry, route),
                        health,
                        onFatal))
                .toList();
        takeShard(retry, shardTaken);
        this.routes.forEach(RouteWriter::start);
    }

    /** Reports the ends of writes that requests wait for to this listener. Called before the first change. */
    public ReplicationPipeline reporting(WriteListener listener) {
        writes = listener;
        return this;
    }

    private void takeShard(FencedRetry retry, CompletableFuture<Void> shardTaken) {
        retry.untilDone(lateWrites::take, this::lateWritesFailed)
                .thenCompose(taken -> retry.untilDone(lateWrites.source()::learnAndRepeat, this::lateWritesFailed))
                .whenComplete((learned, failure) -> {
                    if (failure == null) {
                        routes.forEach(RouteWriter::lateWritesSucceeded);
                        shardTaken.complete(null);
                    } else {
                        shardTaken.completeExceptionally(failure);
                    }
                });
    }

    private void lateWritesFailed(WriteFailure failure) {
        routes.forEach(route -> route.lateWritesFailed(failure));
    }

    /**
     * Releases the shard in the late-write table if every change has ended: then no call of this worker can take effect
     * later. If the shard is not released, its next owner repeats removals for a while.
     */
    public CompletableFuture<Void> release() {
        return tracker.size() == 0 ? lateWrites.release() : CompletableFuture.completedFuture(null);
    }

    /**
     * Takes a change; waits while too many are open.
     *
     * @param sequenceNumber of the change, for the checkpoint
     * @param ended run by any thread when the change has ended on every route; not run if the lease is lost first
     * @return false, and the change is not taken, if the lease is lost or is to be handed over
     * @throws InterruptedException if interrupted while waiting; the change is not taken
     */
    public boolean submit(Change change, String sequenceNumber, Runnable ended) throws InterruptedException {
        do {
            if (fence.draining()) {
                return false;
            }
        } while (!tracker.awaitFewerThan(maxInFlight, FENCE_CHECK));
        if (caughtUp) {
            caughtUp = false;
        }
        Optional<AwaitedWrite> awaited = WriteMark.of(change).map(mark -> new AwaitedWrite(mark, ended, writes));
        CheckpointTracker<ChangePosition>.Entry entry = tracker.open(
                new ChangePosition(sequenceNumber, change.stamp().createdAt(), nanoTime.getAsLong()),
                routes.size(),
                awaited.<Runnable>map(write -> write::ended).orElse(ended));
        routes.forEach(route -> route.submit(change, entry, awaited));
        return true;
    }

    /**
     * Takes a change that no route gets: it has ended.
     *
     * @return as {@link #submit} does
     */
    public boolean pass(Change change, String sequenceNumber, Runnable ended) {
        if (fence.draining()) {
            return false;
        }
        tracker.open(new ChangePosition(sequenceNumber, change.stamp().createdAt(), nanoTime.getAsLong()), 0, ended);
        return true;
    }

    /** The sequence number up to which every change has ended on every route; null if the first has not ended. */
    public @Nullable String checkpoint() {
        ChangePosition passed = tracker.passed();
        return passed == null ? null : passed.sequenceNumber();
    }

    /**
     * Notes that the shard had no change left at this time: all its earlier changes have been submitted. Called by the
     * thread that submits.
     */
    public void readEmpty(Instant at) {
        readEmptyAt = at;
        caughtUp = true;
    }

    /**
     * The time up to which every change of the shard has ended on every route; empty before the first has ended or the
     * shard was read without a change. It may go back, by a second at most: creation times have whole seconds.
     */
    public Optional<Instant> doneUntil() {
        Instant empty = readEmptyAt; // before the tracker: what is submitted later does not count
        ChangePosition first = tracker.first();
        if (first != null) {
            return Optional.of(first.createdAt());
        }
        ChangePosition passed = tracker.passed();
        Instant last = passed == null ? null : passed.createdAt();
        return Stream.of(Optional.ofNullable(empty), Optional.ofNullable(last))
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder());
    }

    /**
     * Age of the oldest change that has not ended, by creation times, which have whole seconds. If none is open, but the last
     * read returned changes, others may follow them, and the age is that of the last change that has ended; otherwise it is
     * zero.
     */
    public Duration lag(Instant now) {
        boolean mayFollow = !caughtUp; // before the tracker: a change that ends meanwhile counts
        ChangePosition first = tracker.first();
        ChangePosition oldest = first == null && mayFollow ? tracker.passed() : first;
        if (oldest == null) {
            return Duration.ZERO;
        }
        Duration age = Duration.between(oldest.createdAt(), now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Time since the oldest open change was taken, by the monotonic clock; zero if no change is open. */
    public Duration openFor() {
        ChangePosition first = tracker.first();
        return first == null ? Duration.ZERO : Duration.ofNanos(nanoTime.getAsLong() - first.takenAt());
    }

    /** The time, of the monotonic clock, up to which every change that was taken has ended on every route. */
    public long endedUntil() {
        long now = nanoTime.getAsLong(); // before the tracker: what is taken later does not count
        ChangePosition first = tracker.first();
        return first == null ? now : first.takenAt();
    }

    /** Whether the lease is held. */
    public boolean active() {
        return !fence.lost();
    }

    /** Removes the pipeline's conditions from health; the next owner of the lease reports its own. Idempotent. */
    @Override
    public void close() {
        routes.forEach(RouteWriter::close);
    }

    /** Number of changes that are open or behind an open one. */
    public int inFlight() {
        return tracker.size();
    }

    /**
     * Waits until every change has ended.
     *
     * @return false if the lease was lost first
     */
    public boolean drain() throws InterruptedException {
        while (!tracker.awaitFewerThan(1, FENCE_CHECK)) {
            if (fence.lost()) {
                return false;
            }
        }
        return true;
    }
}
