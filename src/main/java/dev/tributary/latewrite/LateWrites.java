package dev.tributary.latewrite;

import dev.tributary.latewrite.LateWriteTable.Worker;
import dev.tributary.model.Failures;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.telemetry.LogThrottle;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process knows and does about late writes to the targets of one source.
 *
 * <p>A write whose answer never came may take effect until DynamoDB refuses its signature. The version in the row
 * refuses it, unless the row has been removed: then it brings the row back. So a removal that such a write may follow is
 * recorded in a table before its change ends, and is repeated until no write can arrive any more. That holds
 *
 * <ul>
 *   <li>for the keys of writes that this process itself gave up ({@link RouteLateWrites});
 *   <li>for every key, as long as writes of another worker may arrive late: one that announced so, or one that did not
 *       release its shard.
 * </ul>
 *
 * <p>While every call is answered and every shard is released, this costs one call at the start and the end of a shard,
 * and one a minute. Safe for any thread.
 */
public final class LateWrites {

    private static final Logger log = LoggerFactory.getLogger(LateWrites.class);

    private static final long TICK_MILLIS = 1_000;

    /** An announcement reaches this much further than it must, so that many late writes share one. */
    private static final long ANNOUNCED_AHEAD_MILLIS = 10_000;

    private final LateWriteTable table;
    private final String source;
    private final String worker;
    private final LateWriteTiming timing;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final MeterRegistry registry;
    private final Map<String, RouteLateWrites> routes = new ConcurrentHashMap<>();

    /** Workers whose removals are repeated here too, with the revision of their announcement. */
    private final Map<String, Long> adopted = new ConcurrentHashMap<>();

    private final AtomicBoolean watching = new AtomicBoolean();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final LogThrottle<String> failures = new LogThrottle<>();

    /** Until when a write of another worker may arrive late; guarded by this for writing. */
    private volatile long othersUntil;

    /** What is stored of this worker; guarded by this. */
    private Worker announced;

    /** The last announcement that was begun; guarded by this. */
    private Worker announcing;

    /** Of {@code announcing}; guarded by this. */
    private CompletableFuture<Void> announcement = CompletableFuture.completedFuture(null);

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
        this.announced = new Worker(worker, 0, 0, 0, job);
        this.announcing = announced;
    }

    /**
     * Of a daemon.
     *
     * @param worker names this process, and no other one at any time
     * @param timer runs repetitions; none of its tasks waits
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

    /** The same of a command that writes beside the daemons, and leaves the repetitions to them when it ends. */
    public static LateWrites ofJob(
            LateWriteTable table,
            String source,
            String worker,
            LateWriteTiming timing,
            InstantSource clock,
            ScheduledExecutorService timer,
            MeterRegistry registry) {
        return new LateWrites(table, source, worker, true, timing, clock, timer, registry);
    }

    /** Name of the table, for people. */
    public String table() {
        return table.name();
    }

    /**
     * The late writes of one route; the same object for the same route.
     *
     * @param remove makes one attempt of a guarded removal, whoever has the lease
     */
    public RouteLateWrites route(String route, Function<TargetWrite, CompletableFuture<Outcome>> remove) {
        return routes.computeIfAbsent(route, name -> new RouteLateWrites(this, name, remove, registry));
    }

    /** One holding of a shard by this process; another one each time that it is asked for. */
    public ShardLateWrites shard(String shard) {
        return new ShardLateWrites(this, shard);
    }

    CompletableFuture<Void> take(String shard, String holder) {
        return table.takeShard(source, shard, holder).thenCompose(unfinished -> {
            if (!unfinished) {
                return CompletableFuture.<Void>completedFuture(null);
            }
            log.info(
                    "source {}: shard {} was not released by its last holder, whose writes may arrive late; removals are"
                            + " repeated for {}",
                    source,
                    shard,
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
     * Does the same, and begins to repeat the removals of all other workers: one of them may have recorded some on account
     * of the shard that this one takes. Ends before anything may be written on account of that shard.
     */
    public CompletableFuture<Void> learnAndRepeat() {
        if (watching.compareAndSet(false, true)) {
            timer.schedule(this::watch, timing.refresh().toMillis(), TimeUnit.MILLISECONDS);
        }
        return others(other -> {
            expectUntil(other.writesUntil());
            if (other.removalsUntil() > 0) {
                adopt(other);
            }
        });
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

    /** Whether a write of another worker may arrive late, to whatever key. */
    boolean expectsOthers(long now) {
        return now < othersUntil;
    }

    private synchronized void expectUntil(long until) {
        othersUntil = Math.max(othersUntil, until);
    }

    /** Announces that writes of this worker may arrive until then; ends when the others can know. */
    CompletableFuture<Void> announceWrites(long until) {
        return announce(until, 0);
    }

    /** Announces that removals of this worker have to be repeated until then; ends when the others can know. */
    CompletableFuture<Void> announceRemovals(long until) {
        return announce(0, until);
    }

    private synchronized CompletableFuture<Void> announce(long writesUntil, long removalsUntil) {
        if (writesUntil <= announced.writesUntil() && removalsUntil <= announced.removalsUntil()) {
            return CompletableFuture.completedFuture(null);
        }
        boolean under = !announcement.isDone()
                && writesUntil <= announcing.writesUntil()
                && removalsUntil <= announcing.removalsUntil();
        if (!under) {
            Worker next = new Worker(
                    worker,
                    announcing.revision() + 1,
                    ahead(writesUntil, announcing.writesUntil()),
                    ahead(removalsUntil, announcing.removalsUntil()),
                    announcing.job());
            announcing = next;
            announcement = table.announce(source, next).thenRun(() -> stored(next));
        }
        return announcement;
    }

    private static long ahead(long until, long announced) {
        return until <= announced ? announced : until + ANNOUNCED_AHEAD_MILLIS;
    }

    private synchronized void stored(Worker next) {
        if (next.revision() > announced.revision()) {
            announced = next;
        }
    }

    RepeatedRemovals removals(
            String route, String recordedBy, Function<LateWriteTable.Removal, CompletableFuture<?>> remove) {
        return new RepeatedRemovals(
                table, LateWriteTable.scope(source, route, recordedBy), timing.repetitions(), now(), remove);
    }

    /** Under which removals that this process records are found by others. */
    String worker() {
        return worker;
    }

    /** Looks at what other workers have announced, and ends what they or this one would have ended by now. */
    private void watch() {
        // In a stage of its own, as a call may throw at once, and the next look has to come all the same.
        CompletableFuture.completedFuture(source)
                .thenCompose(table::workers)
                .thenAccept(workers -> workers.forEach(this::look))
                .whenComplete((done, thrown) -> {
                    if (thrown == null) {
                        failures.ends();
                    } else if (failures.begins(source)) {
                        log.warn(
                                "source {}: table {} cannot be read and is tried again: {}",
                                source,
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
            log.debug("source {}: {} cannot be written now: {}", source, table.name(), thrown.toString());
            return null;
        });
    }

    /** Starts to repeat what another worker has recorded so far. */
    private void adopt(Worker other) {
        adopted.put(other.name(), other.revision());
        routes.values().forEach(route -> route.adopt(other.name()));
        tick();
    }

    /** Sees to it that removals are repeated for as long as there are any. */
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
