package dev.tributary.replication;

import dev.tributary.deadletter.DeadLetters;
import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.table.WriteFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parked changes of a route as the pipeline of one shard sees them: tried until it succeeds, shown in health. */
final class Parking {

    private static final Logger log = LoggerFactory.getLogger(Parking.class);

    /** How long health may go on about parked changes that somebody has taken out of the table. */
    private static final Duration REFRESH = Duration.ofMinutes(1);

    private final String route;
    private final DeadLetters letters;
    private final Attempts attempts;
    private final ScheduledExecutorService timer;
    private final RouteHealth health;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final AtomicBoolean refreshing = new AtomicBoolean();

    Parking(Route route, Attempts attempts, ScheduledExecutorService timer, RouteHealth health) {
        this.route = route.name();
        this.letters = route.deadLetters();
        this.attempts = attempts;
        this.timer = timer;
        this.health = health;
    }

    /** Reads which items have parked changes. */
    void start() {
        attempts.untilDone(letters::refresh, this::failed).whenComplete((done, leaseGone) -> {
            if (leaseGone == null) {
                succeeded();
                ready.complete(null);
            } else {
                ready.completeExceptionally(leaseGone);
            }
        });
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
     * Whether the change has to wait behind a parked one of its item: whether the table has one, and an older one. A
     * replay may bring changes from before it, which reached the target then and do so now.
     */
    CompletableFuture<Boolean> isBehind(Change change) {
        if (!letters.holds(change.mark().owner())) {
            return CompletableFuture.completedFuture(false);
        }
        return attempts.untilDone(() -> letters.first(change.mark().owner()), this::failed)
                .thenApply(first -> {
                    succeeded();
                    return first.filter(
                                    version -> version.compareTo(change.mark().version()) <= 0)
                            .isPresent();
                });
    }

    /** Parks the change; ends when it is stored. */
    CompletableFuture<Void> park(Change change, String reason) {
        boolean first = !letters.holds(change.mark().owner());
        return attempts.untilDone(() -> letters.park(change, reason), this::failed)
                .thenRun(() -> {
                    succeeded();
                    if (first) {
                        log.warn(
                                "{}: {} has a parked change, and later ones wait behind it: {}",
                                route,
                                change.mark().owner(),
                                reason);
                    }
                });
    }

    private void succeeded() {
        health.parkingSucceeded();
        if (letters.items() > 0 && refreshing.compareAndSet(false, true)) {
            timer.schedule(this::refresh, REFRESH.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Runs as long as there are parked changes and the lease is held. */
    private void refresh() {
        attempts.untilDone(letters::refresh, this::failed).thenRun(() -> {
            refreshing.set(false);
            succeeded();
        });
    }

    private void failed(WriteFailure failure) {
        health.parkingFailed(letters.table(), failure);
    }
}
