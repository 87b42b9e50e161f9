package dev.tributary.daemon.jobs;

import dev.tributary.latewrite.LateWrites;
import dev.tributary.latewrite.RouteLateWrites;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Records the removals of a job that a late write may undo; daemons repeat them. Safe for any thread. */
final class LateRemovals {

    /** How old the announcements of other workers may be. */
    private static final long REFRESH_NANOS = Duration.ofSeconds(10).toNanos();

    private final LateWrites source;
    private final RouteLateWrites route;
    private final LongSupplier nanoTime;

    /** The last read of announcements; guarded by this. */
    private @Nullable CompletableFuture<Void> learned;

    /** Guarded by this. */
    private long learnedAt;

    LateRemovals(LateWrites source, RouteLateWrites route, LongSupplier nanoTime) {
        this.source = source;
        this.route = route;
        this.nanoTime = nanoTime;
    }

    CompletableFuture<Void> record(TargetWrite removal) {
        return learn().thenCompose(known -> route.settle(removal, Optional.of(Outcome.APPLIED)));
    }

    private synchronized CompletableFuture<Void> learn() {
        long now = nanoTime.getAsLong();
        CompletableFuture<Void> last = learned;
        if (last == null || last.isCompletedExceptionally() || now - learnedAt > REFRESH_NANOS) {
            last = source.learn();
            learned = last;
            learnedAt = now;
        }
        return last;
    }
}
