package dev.tributary.daemon;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.RoutePauses;
import dev.tributary.telemetry.LogThrottle;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every few seconds which routes are paused, with one call for all sources whose pauses are in the same table. Never
 * blocks.
 */
final class PauseWatch {

    private static final Logger log = LoggerFactory.getLogger(PauseWatch.class);

    /** Pause between two reads. */
    static final Duration INTERVAL = Duration.ofSeconds(5);

    private final RoutePauses pauses;
    private final List<SourcePauses> sources;
    private final ScheduledExecutorService timer;
    private final LogThrottle<WriteFailure.Kind> failures = new LogThrottle<>();

    /** The last answer; null before the first. Used by one read at a time. */
    private @Nullable Set<String> known;

    /** @param timer runs the reads */
    PauseWatch(RoutePauses pauses, List<SourcePauses> sources, ScheduledExecutorService timer) {
        this.pauses = pauses;
        this.sources = sources;
        this.timer = timer;
    }

    /**
     * Starts to read.
     *
     * @return completes when the sources that must not be read are held; never fails
     */
    CompletableFuture<Void> start() {
        return look().whenComplete((done, failure) -> again());
    }

    private void again() {
        timer.schedule(() -> start(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<Void> look() {
        return pauses.paused().handle((paused, failure) -> {
            if (failure == null) {
                failures.ends();
                apply(paused.keySet());
            } else {
                failed(WriteFailure.of(failure));
            }
            return null;
        });
    }

    private void apply(Set<String> paused) {
        known = paused;
        sources.forEach(source -> source.apply(paused));
    }

    /** The last answer holds. A table that is denied or missing has no pauses; any other failure is waited for. */
    private void failed(WriteFailure failure) {
        String table = pauses.table().name();
        if (failures.begins(failure.kind())) {
            log.warn(
                    "table {} cannot be read, so a route that is paused or resumed is noticed later: {}",
                    table,
                    failure.message());
        }
        if (known == null && failure.kind() == WriteFailure.Kind.CAPACITY) {
            sources.forEach(source -> source.unknown(table));
        } else {
            apply(known == null ? Set.of() : known);
        }
    }
}
