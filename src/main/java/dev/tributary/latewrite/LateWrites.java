package dev.tributary.latewrite;

import dev.tributary.latewrite.LateWriteTable.Worker;
import dev.tributary.model.Failures;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.SharedRead;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.LogThrottle;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats removals that a late write to a target of one source may undo.
 *
 * <p>A write without a response may take effect until DynamoDB refuses its signature. The version in the row refuses it,
 * unless the row has been removed: then the write restores the row. So a removal that such a write may follow is recorded
 * in a table before its change is complete, and is repeated until no write can arrive any more. This applies to
 *
 * <ul>
 *   <li>the keys of writes that this process gave up ({@link RouteLateWrites});
 *   <li>every key, as long as writes of another worker may arrive late: of a worker that announced them, or that did not
 *       release its shard.
 * </ul>
 *
 * <p>While every call gets a response and every shard is released, this costs one call at the start and the end of a
 * shard, and one per minute. Safe for any thread.
 */
public final class LateWrites {

    private static final Logger log = LoggerFactory.getLogger(LateWrites.class);

    private static final long TICK_MILLIS = 1_000;

    private final LateWriteTable table;
    private final String source;
    private final String worker;
    private final LateWriteTiming timing;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final MeterRegistry registry;
    private final Announcements announcements;

    /** Shards are often taken at the same time. */
    private final SharedRead known;

    private final Map<String, RouteLateWrites> routes = new ConcurrentHashMap<>();

    /** Workers whose removals this process repeats too, with the revision of their announcement. */
    private final Map<String, Long> adopted = new ConcurrentHashMap<>();

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicBoolean watching = new AtomicBoolean();
    private final AtomicBoolean ticking = new AtomicBoolean();

    /** Not a condition: jobs have no health. Daemons report the table as a condition whenever a shard needs it. */
    private final LogThrottle<String> failures = new LogThrottle<>();

    /** Until when a write of another worker may arrive late; guarded by this for writing. */
    private volatile long othersUntil;

    private LateWrites(
            LateWriteTable table,
            String source,
            String worker,
            boolean job,
            LateWriteTiming timing,
            InstantSource clock,
            ScheduledExecutorService timer,
            MeterRegistry registry) {
        this.table = table;
        this.source = source;
        this.worker = worker;
        this.timing = timing;
        this.clock = clock;
        this.timer = timer;
        this.registry = registry;
        this.announcements = new Announcements(table, source, worker, job);
        this.known = new SharedRead(() -> others(this::expectAndRepeat), System::nanoTime);
    }

    /**
     * The late writes of a daemon.
     *
     * @param worker identifies this process among all processes, also earlier ones
     * @param timer runs repetitions; none of its tasks blocks
     */
    public static LateWrites ofDaemon(
            LateWriteTable table,
            String source,
            String worker,
            LateWriteTiming timing,
            InstantSource clock,
            ScheduledExecutorService timer,
            MeterRegistry registry) {
        return new LateWrites(table, source, worker, false, timing, clock, timer, registry);
    }

    /** The late writes of a job, which has no meters, and leaves the repetitions to the daemons when it ends. */
    public static LateWrites ofJob(
            LateWriteTable table,
            String source,
            String job,
            LateWriteTiming timing,
            InstantSource clock,
            ScheduledExecutorService timer) {
        return new LateWrites(table, source, job, true, timing, clock, timer, new SimpleMeterRegistry());
    }

    /** The name of the table, for messages. */
    public String table() {
        return table.name();
    }

    /**
     * The late writes of one route; the same object for the same route.
     *
     * @param target identity of its table
     * @param remove makes one attempt of a guarded removal, whichever worker has the lease
     */
    public RouteLateWrites route(
            String route, String target, Function<TargetWrite, CompletableFuture<Outcome>> remove) {
        return routes.computeIfAbsent(route, name -> new RouteLateWrites(this, name, target, remove, registry));
    }

    /** A new tenure of a shard by this process. */
    public ShardLateWrites shard(String shard) {
        return new ShardLateWrites(this, shard);
    }

    CompletableFuture<Void> take(String shard, String holder) {
        return table.takeShard(source, shard, holder).thenCompose(unfinished -> {
            if (!unfinished) {
                return CompletableFuture.<Void>completedFuture(null);
            }
            log.info(
                    "source {}: shard {} was not released by its last owner, whose writes may arrive late; removals are"
                            + " repeated for {}",
                    LogFields.source(source),
                    LogFields.shard(shard),
                    timing.horizon());
            long until = now() + timing.lateness();
            expectUntil(until);
            return announceWrites(until);
        });
    }

    CompletableFuture<Void> release(String shard, String holder) {
        return table.releaseShard(source, shard, holder);
    }

    /** Reads until when writes of other workers may arrive late. */
    public CompletableFuture<Void> learn() {
        return others(other -> expectUntil(other.writesUntil()));
    }

    /**
     * Reads until when writes of other workers may arrive late, and starts to repeat the removals of all other workers: one
     * of them may have recorded some for the shard that this worker takes. Has to complete before anything is written for
     * that shard. Concurrent calls share a read.
     */
    public CompletableFuture<Void> learnAndRepeat() {
        if (watching.compareAndSet(false, true)) {
            timer.schedule(this::watch, timing.refresh().toMillis(), TimeUnit.MILLISECONDS);
        }
        return known.since(System.nanoTime());
    }

    private void expectAndRepeat(Worker other) {
        expectUntil(other.writesUntil());
        if (other.removalsUntil() > 0) {
            adopt(other);
        }
    }

    private CompletableFuture<Void> others(Consumer<Worker> action) {
        return table.workers(source)
                .thenAccept(workers ->
                        workers.stream().filter(other -> !isThis(other)).forEach(action));
    }

    private boolean isThis(Worker other) {
        return other.name().equals(worker);
    }

    long now() {
        return clock.millis();
    }

    LateWriteTiming timing() {
        return timing;
    }

    /** Whether a write of another worker may arrive late, to any key. */
    boolean expectsOthers(long now) {
        return now < othersUntil;
    }

    private synchronized void expectUntil(long until) {
        othersUntil = Math.max(othersUntil, until);
    }

    /** Announces until when writes of this worker may arrive; completes when other workers can read it. */
    CompletableFuture<Void> announceWrites(long until) {
        return announcements.announce(until, 0);
    }

    /** Announces until when removals of this worker have to be repeated; completes when other workers can read it. */
    CompletableFuture<Void> announceRemovals(long until) {
        return announcements.announce(0, until);
    }

    RepeatedRemovals removals(
            String target, String recordedBy, Function<LateWriteTable.Removal, CompletableFuture<?>> remove) {
        return new RepeatedRemovals(
                table, LateWriteTable.scope(source, target, recordedBy), timing.repetitions(), now(), remove);
    }

    /** Grows: routes may have one target. */
    long nextNumber() {
        return numbers.incrementAndGet();
    }

    /** The name under which other workers find the removals of this process. */
    String worker() {
        return worker;
    }

    /** Reads the announcements of all workers, repeats removals that are left over, and deletes expired announcements. */
    private void watch() {
        // In a stage, because a call may throw at once, and the next read has to be scheduled nevertheless.
        CompletableFuture.completedFuture(source)
                .thenCompose(table::workers)
                .thenAccept(workers -> workers.forEach(this::look))
                .whenComplete((done, thrown) -> {
                    if (thrown == null) {
                        failures.ends();
                    } else if (failures.begins(source)) {
                        log.warn(
                                "source {}: table {} cannot be read and is tried again: {}",
                                LogFields.source(source),
                                table.name(),
                                Failures.unwrap(thrown).toString());
                    }
                    timer.schedule(this::watch, timing.refresh().toMillis(), TimeUnit.MILLISECONDS);
                });
    }

    private void look(Worker known) {
        if (!isThis(known)) {
            expectUntil(known.writesUntil());
        }
        boolean unread = !isThis(known)
                && known.removalsUntil() > 0
                && !Long.valueOf(known.revision()).equals(adopted.get(known.name()));
        boolean over = Math.max(known.writesUntil(), known.removalsUntil())
                        + timing.allowance().toMillis()
                < now();
        if (unread && (over || known.job())) {
            adopt(known);
        } else if (over && routes.values().stream().allMatch(route -> route.repeated(known.name()))) {
            forget(known);
        }
    }

    private void forget(Worker known) {
        adopted.remove(known.name());
        table.forget(source, known).exceptionally(thrown -> {
            log.debug(
                    "source {}: {} cannot be written now: {}",
                    LogFields.source(source),
                    table.name(),
                    thrown.toString());
            return null;
        });
    }

    /** Starts to repeat the removals that another worker has recorded so far. */
    private void adopt(Worker other) {
        adopted.put(other.name(), other.revision());
        routes.values().forEach(route -> route.adopt(other.name()));
        tick();
    }

    /** Schedules the next repetition, unless it is scheduled. */
    void tick() {
        if (ticking.compareAndSet(false, true)) {
            timer.schedule(this::repeatDue, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void repeatDue() {
        long now = now();
        CompletableFuture.allOf(routes.values().stream()
                        .map(route -> route.repeatDue(now))
                        .toArray(CompletableFuture[]::new))
                .whenComplete((done, thrown) -> {
                    ticking.set(false);
                    if (routes.values().stream().anyMatch(RouteLateWrites::repeats)) {
                        tick();
                    }
                });
    }
}
