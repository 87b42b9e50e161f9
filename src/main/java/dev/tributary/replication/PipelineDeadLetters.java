package dev.tributary.replication;

import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.deadletter.Predecessor;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.replication.RouteHealth.SupportTable;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters of a route, as the pipeline of one shard calls them: each call is repeated until it succeeds, and its
 * failures are in health.
 */
final class PipelineDeadLetters {

    private static final Logger log = LoggerFactory.getLogger(PipelineDeadLetters.class);

    private static final String BEHIND = "an earlier change of this item is parked";

    /** Longest time for which health counts parked items whose dead letters were deleted by another process. */
    private static final Duration REFRESH = Duration.ofMinutes(1);

    private final String route;
    private final ParkedItemIndex index;
    private final Supplier<CompletableFuture<Void>> learnLateWrites;
    private final FencedRetry retry;
    private final ScheduledExecutorService timer;
    private final RouteHealth health;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Consumer<Throwable> onError;
    private final AtomicBoolean refreshing = new AtomicBoolean();

    /**
     * @param learnLateWrites reads which late writes other processes have announced. A redrive announces its writes before
     *     it deletes dead letters, so this runs before anything is concluded from their absence
     * @param onError receives failures that no table is the cause of
     */
    PipelineDeadLetters(
            Route route,
            Supplier<CompletableFuture<Void>> learnLateWrites,
            FencedRetry retry,
            ScheduledExecutorService timer,
            RouteHealth health,
            Consumer<Throwable> onError) {
        this.route = route.name();
        this.index = route.deadLetters();
        this.learnLateWrites = learnLateWrites;
        this.retry = retry;
        this.timer = timer;
        this.health = health;
        this.onError = onError;
    }

    /** Health of a route while no condition is raised. */
    static Health.Component health(ParkedItemIndex index) {
        int parked = index.items();
        if (parked == 0) {
            return new Health.Component(Health.Status.UP, "writing");
        }
        String number = index.isFull() ? "more than " + parked : Integer.toString(parked);
        return new Health.Component(
                Health.Status.DEGRADED, number + (parked == 1 ? " item has" : " items have") + " parked changes");
    }

    /** Reads which items have parked changes. */
    void start() {
        read(Duration.ZERO, this::succeeded).whenComplete((done, failure) -> {
            if (failure == null) {
                ready.complete(null);
            } else {
                ready.completeExceptionally(failure);
                onError.accept(failure);
            }
        });
    }

    /**
     * @param age how old the index may be; it is read again if it is older
     */
    private CompletableFuture<Void> read(Duration age, Runnable then) {
        long since = index.moment(age);
        return retry.untilDone(() -> index.refresh(since), this::failed).thenRun(then);
    }

    /** Ends when {@link #mayHold} may be called; fails if the lease is lost. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Whether the item may have parked changes. */
    boolean mayHold(ItemKey owner) {
        return index.holds(owner);
    }

    /**
     * The parked change of its item that the change has to wait behind: the last one in the table that is not newer. A
     * change older than the first parked one is a replay, and waits behind none: it reached the target before.
     */
    CompletableFuture<Optional<Predecessor>> before(Change change) {
        if (!index.holds(change.stamp().owner())) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return retry.untilDone(() -> index.before(change.stamp()), this::failed)
                .thenCompose(this::learnIfAbsent)
                .thenApply(this::succeeded);
    }

    /** Parks the change; ends when it is stored. */
    CompletableFuture<Predecessor> park(Change change, String reason) {
        boolean first = !index.holds(change.stamp().owner());
        return retry.untilDone(() -> index.park(change, reason, retry::mayStart), this::failed)
                .thenApply(stored -> {
                    if (first) {
                        log.warn(
                                "{}: {} has a parked change, and later ones wait behind it: {}",
                                LogFields.route(route),
                                LogFields.item(change.stamp().owner()),
                                reason);
                    }
                    return succeeded(stored);
                });
    }

    /** Parks the change behind another. Empty, and the change is not parked, if the other one is no longer parked. */
    CompletableFuture<Optional<Predecessor>> parkBehind(Predecessor predecessor, Change change) {
        return retry.untilDone(() -> index.parkBehind(predecessor, change, BEHIND, retry::mayStart), this::failed)
                .thenCompose(this::learnIfAbsent)
                .thenApply(this::succeeded);
    }

    /** Without a predecessor, a redrive may have deleted it, and announced late writes before that. */
    private CompletableFuture<Optional<Predecessor>> learnIfAbsent(Optional<Predecessor> predecessor) {
        return predecessor.isPresent()
                ? CompletableFuture.completedFuture(predecessor)
                : learnLateWrites.get().thenApply(learned -> predecessor);
    }

    private <T> T succeeded(T result) {
        succeeded();
        return result;
    }

    private void succeeded() {
        health.succeeded(SupportTable.DEAD_LETTERS);
        if (index.items() > 0 && refreshing.compareAndSet(false, true)) {
            timer.schedule(this::refresh, REFRESH.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Repeats while there are parked changes and the lease is held; pipelines of a route share the reads. */
    private void refresh() {
        learnLateWrites
                .get()
                .thenCompose(learned -> read(REFRESH, () -> {
                    refreshing.set(false);
                    succeeded();
                }))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        onError.accept(failure);
                    }
                });
    }

    private void failed(WriteFailure failure) {
        health.failed(SupportTable.DEAD_LETTERS, index.table(), failure);
    }
}
