package dev.tributary.jobs.backfill;

import dev.tributary.deadletter.JobLock;
import dev.tributary.jobs.backfill.TargetHistory.Missed;
import dev.tributary.jobs.backfill.TargetHistory.TooEarlyException;
import dev.tributary.jobs.reconcile.JobRoute;
import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.reconcile.PageResult;
import dev.tributary.jobs.reconcile.ReconcileTiming;
import dev.tributary.jobs.reconcile.Reconciler;
import dev.tributary.jobs.reconcile.RowRepair;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.scan.ScanPage;
import dev.tributary.jobs.scan.TableScan;
import dev.tributary.model.Item;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * Writes all items of a source, or a selection, to the target of one route while the daemon replicates. A backfill that
 * repairs first compares the rows of the target with their items.
 *
 * <p>The position is recorded about once a second, after the pages before it are finished; a run with the same plan
 * continues there. A page may be read twice. Used once; {@link #stop()} and {@link #result()} may be called by any thread.
 */
public final class Backfill {

    private static final long SAVE_NANOS = Duration.ofSeconds(1).toNanos();

    private final JobRoute route;
    private final TargetStates states;
    private final Reconciler reconciler;
    private final RowRepair repair;
    private final PacedCalls reads;
    private final JobLock deadLetters;
    private final BackfillPlan plan;
    private final ReconcileTiming timing;

    /** The scan that is running; null before and between scans. */
    private volatile @Nullable TableScan scan;

    private volatile boolean stopped;

    private volatile boolean outdated;

    /** Whether the recorded position was read. */
    private volatile boolean begun;

    /** Guarded by this, as are the fields below. */
    private PageResult result = PageResult.NONE;

    private JobState stored = JobState.NONE;

    /** When this run began. */
    private TargetHistory history = new TargetHistory(0, Map.of(), Optional.empty());

    private BackfillState state;
    private long savedAt;
    private CompletableFuture<Void> saving = CompletableFuture.completedFuture(null);

    /**
     * @param reconciler of this run; its lock is held
     * @param reads makes the calls of the scans
     * @param deadLetters of the jobs that delete dead letters: a redrive that has begun before a repair ends before it
     */
    public Backfill(
            JobRoute route,
            TargetStates states,
            Reconciler reconciler,
            RowRepair repair,
            PacedCalls reads,
            JobLock deadLetters,
            BackfillPlan plan,
            ReconcileTiming timing) {
        this.route = route;
        this.states = states;
        this.reconciler = reconciler;
        this.repair = repair;
        this.reads = reads;
        this.deadLetters = deadLetters;
        this.plan = plan;
        this.timing = timing;
        this.state = BackfillState.start(plan);
        this.savedAt = timing.nanoTime().getAsLong();
    }

    /**
     * Runs to the end, from the recorded position if there is one.
     *
     * @return whether the end was reached, or {@link #stop()} came first; fails if a call fails for good or the lock is lost,
     *     and with a {@link TooEarlyException}
     */
    public CompletableFuture<Boolean> run() {
        return TargetHistory.written(states, plan.shape(), now())
                .thenCompose(known -> states.get(plan.state()).thenCompose(found -> begin(found, known)))
                .thenCompose(ready -> rows() ? repairRows() : CompletableFuture.completedFuture(null))
                .thenCompose(repaired -> stopped ? CompletableFuture.completedFuture(null) : bringItems())
                .handle((ended, thrown) -> end(thrown))
                .thenCompose(Function.identity())
                .thenApply(ended -> !stopped);
    }

    private Instant now() {
        return timing.clock().instant();
    }

    /** A repair that began too early would end what {@link TargetHistory} records, and could be undone. */
    private synchronized CompletableFuture<Void> begin(JobState found, TargetHistory known) {
        Optional<Missed> tooEarly = known.missed()
                .filter(missed -> plan.repairsAll() && now().isBefore(missed.repairableAt(timing.lateness())));
        if (tooEarly.isPresent()) {
            return CompletableFuture.failedFuture(new TooEarlyException(tooEarly.get(), timing.lateness()));
        }
        begun = true;
        history = known;
        stored = found;
        state = BackfillState.of(found, route.identity(), plan, known);
        boolean bringsMissed =
                plan.repairsAll() && (known.missed().isPresent() || !plan.gaps().isEmpty());
        return bringsMissed
                ? deadLetters
                        .during(holder -> {}, () -> new UnparkedChanges(states.table(), states.route()).record(now()))
                        .thenCompose(recorded -> save())
                : save();
    }

    private synchronized boolean rows() {
        return state.rows();
    }

    private CompletableFuture<Void> repairRows() {
        return scan(route.targetReads(), route.targetTable(), page -> repair.repair(page.items()))
                .thenRun(this::rowsEnded);
    }

    private synchronized void rowsEnded() {
        if (!stopped) {
            state = state.items(plan.segments());
        }
    }

    private CompletableFuture<Void> bringItems() {
        return scan(route.reads(), route.sourceTable(), page -> reconciler.bring(selected(page)));
    }

    private List<Item> selected(ScanPage page) {
        return page.items().stream().filter(plan.selected()).toList();
    }

    private CompletableFuture<Void> scan(
            DynamoDbAsyncClient client, String name, Function<ScanPage, CompletableFuture<PageResult>> action) {
        TableScan running;
        synchronized (this) {
            running = new TableScan(client, name, TableScan.Options.USUAL, state.position(), reads);
        }
        scan = running;
        if (stopped) {
            running.stop();
        }
        return running.run(page -> action.apply(page).thenCompose(done -> advance(done, page)))
                .thenRun(() -> ended(running));
    }

    private synchronized CompletableFuture<Void> advance(PageResult page, ScanPage read) {
        result = result.and(page);
        state = state.with(page).at(state.position().with(read.end()));
        return timing.nanoTime().getAsLong() - savedAt >= SAVE_NANOS && saving.isDone()
                ? save()
                : CompletableFuture.completedFuture(null);
    }

    private synchronized void ended(TableScan running) {
        state = state.at(running.position());
    }

    private synchronized CompletableFuture<Void> save() {
        savedAt = timing.nanoTime().getAsLong();
        stored = stored.next(state.stored(route.identity(), plan, history, stored, now()));
        saving = states.put(plan.state(), stored);
        return saving;
    }

    /**
     * Records the position, also after a failure; that failure is the one that counts. A repair is recorded before its end is: a
     * process that ends in between repeats the last pages, and not all of them.
     */
    private CompletableFuture<Void> end(@Nullable Throwable thrown) {
        CompletableFuture<Void> ended = reconciler
                .close()
                .thenCompose(closed -> begun
                        ? recordRepair().thenCompose(recorded -> save())
                        : CompletableFuture.completedFuture(null));
        return thrown == null
                ? ended
                : ended.handle((done, further) -> null).thenCompose(done -> CompletableFuture.failedFuture(thrown));
    }

    private CompletableFuture<Void> recordRepair() {
        boolean repaired;
        long changes;
        synchronized (this) {
            repaired = plan.repairsAll() && state.isDone();
            changes = history.changes();
        }
        return repaired
                ? TargetHistory.repaired(states, plan.shape(), changes, now())
                        .thenAccept(recorded -> outdated = !recorded)
                : CompletableFuture.completedFuture(null);
    }

    /**
     * Whether rows of another shape were written, or changes missed, while this repair ran. It has to be repeated then.
     */
    public boolean isOutdated() {
        return outdated;
    }

    /** Stops after the current pages. */
    public void stop() {
        stopped = true;
        TableScan running = scan;
        if (running != null) {
            running.stop();
        }
    }

    /** The result of this run so far. */
    public synchronized PageResult result() {
        return result;
    }

    /** Items and rows that were read so far, also by the runs that this one continues. */
    public synchronized long read() {
        return state.read();
    }

    /** Items that could not be written so far, also by the runs that this one continues. */
    public synchronized long refused() {
        return state.refused();
    }

    /** The route, {@code <source>.<route>}. */
    public String route() {
        return route.name();
    }
}
