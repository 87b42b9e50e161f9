package dev.tributary.replication;

import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.deadletter.Predecessor;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.replication.RouteHealth.OwnTable;
import dev.tributary.telemetry.Health;
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

/** The parked changes of a route as the pipeline of one shard sees them: tried until it succeeds, shown in health. */
final class Parking {

    private static final Logger log = LoggerFactory.getLogger(Parking.class);

    private static final String BEHIND = "an earlier change of this item is parked";

    /** How long health may go on about parked changes that somebody has taken out of the table. */
    private static final Duration REFRESH = Duration.ofMinutes(1);

    private final String route;
    private final ParkedItemIndex letters;
    private final Supplier<CompletableFuture<Void>> lookAtOthers;
    private final FencedRetry attempts;
    private final ScheduledExecutorService timer;
    private final RouteHealth health;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Consumer<Throwable> broken;
    private final AtomicBoolean refreshing = new AtomicBoolean();

    /**
     * @param lookAtOthers learns what other processes have announced; before what they have taken out is looked at, as a
     *     redrive announces its writes first
     * @param broken receives failures that are not those of a table
     */
    Parking(
            Route route,
            Supplier<CompletableFuture<Void>> lookAtOthers,
            FencedRetry attempts,
            ScheduledExecutorService timer,
            RouteHealth health,
            Consumer<Throwable> broken) {
        this.route = route.name();
        this.letters = route.deadLetters();
        this.lookAtOthers = lookAtOthers;
        this.attempts = attempts;
        this.timer = timer;
        this.health = health;
        this.broken = broken;
    }

    /** How a route is while nothing fails. */
    static Health.Component health(ParkedItemIndex letters) {
        int parked = letters.items();
        if (parked == 0) {
            return new Health.Component(Health.Status.UP, "writing");
        }
        String number = letters.isFull() ? "more than " + parked : Integer.toString(parked);
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
                broken.accept(failure);
            }
        });
    }

    /**
     * @param age how old what is known may be
     */
    private CompletableFuture<Void> read(Duration age, Runnable then) {
        long since = letters.moment(age);
        return attempts.untilDone(() -> letters.refresh(since), this::failed).thenRun(then);
    }

    /** Ends when {@link #holds} can be asked; fails if the lease is gone. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Whether the item may have parked changes. */
    boolean holds(ItemKey owner) {
        return letters.holds(owner);
    }

    /**
     * The parked change of its item that the change has to wait behind: the table's last one that is not newer. A replay
     * may bring changes from before it, which reached the target then and do so now.
     */
    CompletableFuture<Optional<Predecessor>> before(Change change) {
        if (!letters.holds(change.stamp().owner())) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return attempts.untilDone(() -> letters.before(change.stamp()), this::failed)
                .thenCompose(this::free)
                .thenApply(this::succeeded);
    }

    /** Parks the change; ends when it is stored. */
    CompletableFuture<Predecessor> park(Change change, String reason) {
        boolean first = !letters.holds(change.stamp().owner());
        return attempts.untilDone(() -> letters.park(change, reason, attempts::mayStart), this::failed)
                .thenApply(stored -> {
                    if (first) {
                        log.warn(
                                "{}: {} has a parked change, and later ones wait behind it: {}",
                                route,
                                change.stamp().owner(),
                                reason);
                    }
                    return succeeded(stored);
                });
    }

    /** Parks the change behind another; ends empty, and it is not parked, if that one has been taken out. */
    CompletableFuture<Optional<Predecessor>> parkBehind(Predecessor predecessor, Change change) {
        return attempts.untilDone(
                        () -> letters.parkBehind(predecessor, change, BEHIND, attempts::mayStart), this::failed)
                .thenCompose(this::free)
                .thenApply(this::succeeded);
    }

    /** Where nothing is left to wait behind, somebody may have redriven it, and have announced writes before. */
    private CompletableFuture<Optional<Predecessor>> free(Optional<Predecessor> waitsBehind) {
        return waitsBehind.isPresent()
                ? CompletableFuture.completedFuture(waitsBehind)
                : lookAtOthers.get().thenApply(learned -> waitsBehind);
    }

    private <T> T succeeded(T result) {
        succeeded();
        return result;
    }

    private void succeeded() {
        health.succeeded(OwnTable.DEAD_LETTERS);
        if (letters.items() > 0 && refreshing.compareAndSet(false, true)) {
            timer.schedule(this::refresh, REFRESH.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Runs as long as there are parked changes and the lease is held; one of the route's pipelines reads for all. */
    private void refresh() {
        lookAtOthers
                .get()
                .thenCompose(learned -> read(REFRESH, () -> {
                    refreshing.set(false);
                    succeeded();
                }))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        broken.accept(failure);
                    }
                });
    }

    private void failed(WriteFailure failure) {
        health.failed(OwnTable.DEAD_LETTERS, letters.table(), failure);
    }
}
