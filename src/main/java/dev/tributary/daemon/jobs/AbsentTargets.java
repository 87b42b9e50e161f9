package dev.tributary.daemon.jobs;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.backfill.TargetHistory;
import dev.tributary.jobs.backfill.UnparkedChanges;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.LogThrottle;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that this process reads a source and does not write some of its targets, which another configuration of the
 * application has or had. If that configuration comes back, its daemons know that changes are missing there, and a redrive
 * knows that they are not parked. A target that a route of another name writes now keeps its history. Safe for any thread.
 */
public final class AbsentTargets {

    private static final Logger log = LoggerFactory.getLogger(AbsentTargets.class);

    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final JobTable table;
    private final String source;
    private final List<TargetStates> written;
    private final String worker;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final LogThrottle<String> failures = new LogThrottle<>();
    private final CompletableFuture<Void> mayRead = new CompletableFuture<>();

    /**
     * @param jobs all routes of the source
     * @param worker names this process
     */
    public AbsentTargets(
            JobTable table,
            String source,
            List<RouteJobs> jobs,
            String worker,
            ScheduledExecutorService timer,
            InstantSource clock) {
        this.table = table;
        this.source = source;
        this.written = jobs.stream().map(RouteJobs::states).toList();
        this.worker = worker;
        this.timer = timer;
        this.clock = clock;
    }

    /**
     * Called once. Records it now, and again after each {@link TargetHistory#REPEATED} while the timer runs.
     *
     * @return completes when the source may be read: once it is recorded, or if the table is denied or missing; any other
     *     failure is waited for. Never fails
     */
    public CompletableFuture<Void> start() {
        record();
        return mayRead;
    }

    private void record() {
        TargetStates.all(table, source)
                .thenCompose(all -> CompletableFuture.allOf(all.stream()
                        .filter(target -> written.stream().noneMatch(target::isSameArn))
                        .map(this::absent)
                        .toArray(CompletableFuture[]::new)))
                .whenComplete((recorded, failure) -> {
                    if (failure == null) {
                        failures.ends();
                        mayRead.complete(null);
                        again(TargetHistory.REPEATED);
                    } else {
                        failed(WriteFailure.of(failure));
                        again(AGAIN);
                    }
                });
    }

    private CompletableFuture<?> absent(TargetStates target) {
        boolean isRoute = written.stream().anyMatch(one -> one.route().equals(target.route()));
        CompletableFuture<Void> unparked = isRoute
                ? CompletableFuture.completedFuture(null)
                : new UnparkedChanges(table, target.route()).record(clock.instant());
        Optional<TargetStates> other = written.stream()
                .filter(one -> one.target().equals(target.target()))
                .findFirst();
        return unparked.thenCompose(recorded -> other.map(named -> renamed(target, named))
                .orElseGet(() -> TargetHistory.missed(target, worker, clock.instant())));
    }

    private static CompletableFuture<TargetHistory> renamed(TargetStates former, TargetStates target) {
        log.warn(
                "{}: writes the target of {}, whose pause, dead letters and unfinished backfills remain under that name",
                LogFields.route(target.route()),
                LogFields.route(former.route()));
        return TargetHistory.renamed(former, target);
    }

    private void failed(WriteFailure failure) {
        if (failure.kind() != WriteFailure.Kind.CAPACITY) {
            mayRead.complete(null);
        }
        if (failures.begins(failure.kind().name())) {
            log.warn(
                    "source {}: table {} does not record yet that this worker does not have all its routes: {}",
                    LogFields.source(source),
                    table.name(),
                    failure.message());
        }
    }

    private void again(Duration pause) {
        if (!timer.isShutdown()) {
            timer.schedule(this::record, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
