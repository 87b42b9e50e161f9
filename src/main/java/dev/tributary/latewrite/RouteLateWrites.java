package dev.tributary.latewrite;

import dev.tributary.latewrite.LateWriteTable.Removal;
import dev.tributary.model.Failures;
import dev.tributary.model.Item;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.LogThrottle;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The late writes of one route, over all shards that this process reads. Safe for any thread. */
public final class RouteLateWrites {

    private static final Metric RECORDED = Metric.counter("tributary.removals.repeated", """
            Removals that are repeated, because a [late write](troubleshooting.md#late-writes) may follow them. Rising
            without a crash: the target replies late, or not at all.""", "route");

    private static final Metric REPETITIONS = Metric.counter(
            "tributary.removal.repetitions",
            "Writes that repeat a removal. Each removal is repeated about six times within `late-write-horizon`.",
            "route");

    private static final Metric RESTORED = Metric.counter("tributary.late.rows", """
            Rows that a late write brought back and that were removed again. Each is logged, with the digest of its
            item.""", "route");

    private static final Logger log = LoggerFactory.getLogger(RouteLateWrites.class);

    private static final CompletableFuture<Void> NOTHING_TO_DO = CompletableFuture.completedFuture(null);

    /** Maximum of keys in memory; if there are more, every key counts. */
    private static final int MAX_KEYS = 10_000;

    private final LateWrites source;
    private final String route;
    private final String target;
    private final Function<TargetWrite, CompletableFuture<Outcome>> remove;
    private final Counter recorded;
    private final Counter repeated;
    private final Counter restored;

    /** Not a condition: removals are repeated after the shard, whose pipeline has the route's conditions, has left. */
    private final LogThrottle<String> failures = new LogThrottle<>();

    /** Keys to which a write of this process may arrive late, and until when. */
    private final Map<Item, Long> open = new ConcurrentHashMap<>();

    /** Until when a write of this process may arrive late to any key. */
    private volatile long anyUntil;

    /** By the worker that recorded them, this one included. */
    private final Map<String, RepeatedRemovals> removals = new ConcurrentHashMap<>();

    /** Workers whose removals have to be read from the table first, each with the number of that request. */
    private final Map<String, Long> adopting = new ConcurrentHashMap<>();

    RouteLateWrites(
            LateWrites source,
            String route,
            String target,
            Function<TargetWrite, CompletableFuture<Outcome>> remove,
            MeterRegistry registry) {
        this.source = source;
        this.route = route;
        this.target = target;
        this.remove = remove;
        this.recorded = RECORDED.counter(registry, route);
        this.repeated = REPETITIONS.counter(registry, route);
        this.restored = RESTORED.counter(registry, route);
    }

    /** Records that an attempt of a write ended without a definite response. */
    public void gaveUp(TargetWrite write) {
        write.arriving().map(Row::key).ifPresent(key -> {
            long until = source.now() + source.timing().lateness();
            if (open.size() >= MAX_KEYS) {
                open.values().removeIf(end -> end < source.now());
            }
            if (open.size() < MAX_KEYS) {
                open.merge(key, until, Math::max);
            } else {
                anyUntil = until;
            }
        });
    }

    /**
     * Announces that writes of this process may arrive late to any key. For a client that retries, whose single attempts are
     * not known.
     */
    public CompletableFuture<Void> expectAny() {
        long until = source.now() + source.timing().lateness();
        anyUntil = Math.max(anyUntil, until);
        return source.announceWrites(until);
    }

    /**
     * Records the removals of a write that a late write may undo, before the change of the write is complete. Costs nothing
     * while calls get responses. Has to be repeated until it succeeds.
     *
     * @param write a completed write, also after several attempts
     * @param outcome of the write; empty if the target never accepts it, so that the rows that it would have removed stay
     */
    public CompletableFuture<Void> settle(TargetWrite write, Optional<Outcome> outcome) {
        long now = source.now();
        boolean any = now < anyUntil || source.expectsOthers(now);
        if (!any && open.isEmpty()) {
            return NOTHING_TO_DO;
        }
        List<CompletableFuture<?>> needed = new ArrayList<>();
        write.arriving()
                .map(row -> openUntil(row.key()))
                .filter(until -> until > now)
                .ifPresent(until -> needed.add(source.announceWrites(until)));
        outcome.ifPresent(ended -> left(write, ended).stream()
                .filter(key -> any || openUntil(key) > now)
                .forEach(key -> needed.add(record(key, write.stamp()))));
        return CompletableFuture.allOf(needed.toArray(CompletableFuture[]::new));
    }

    /**
     * The keys that must not hold an older row of the item now. The key of a row that was not written is one of them: another
     * item has it, and when that item leaves, the key is free for a late write of this one.
     */
    private static Set<Item> left(TargetWrite write, Outcome outcome) {
        boolean arrived = write instanceof TargetWrite.Upsert && outcome == Outcome.APPLIED;
        if (arrived || write.arriving().isEmpty()) {
            return write.vacated();
        }
        Set<Item> keys = new HashSet<>(write.vacated());
        write.arriving().map(Row::key).ifPresent(keys::add);
        return keys;
    }

    private long openUntil(Item key) {
        return Math.max(anyUntil, Optional.ofNullable(open.get(key)).orElse(0L));
    }

    private CompletableFuture<Void> record(Item key, VersionStamp stamp) {
        long now = source.now();
        Removal removal = new Removal(now, source.nextNumber(), key, stamp);
        return source.announceRemovals(now + source.timing().lateness())
                .thenCompose(announced -> removalsOf(source.worker()).record(removal))
                .thenRun(() -> {
                    recorded.increment();
                    source.tick();
                });
    }

    private RepeatedRemovals removalsOf(String worker) {
        return removals.computeIfAbsent(worker, name -> source.removals(target, name, this::repeat));
    }

    /** Starts to repeat the removals that another worker recorded. */
    void adopt(String worker) {
        adopting.put(worker, source.nextNumber());
        removalsOf(worker);
    }

    /** Whether no removal of the worker is left to repeat. */
    boolean repeated(String worker) {
        RepeatedRemovals known = removals.get(worker);
        return known == null || (known.isEmpty() && !adopting.containsKey(worker));
    }

    /** Whether any removal is left to repeat. */
    boolean repeats() {
        return removals.keySet().stream().anyMatch(worker -> !repeated(worker));
    }

    /** Makes the due repetitions. Never fails: a failed repetition is due again. */
    CompletableFuture<Void> repeatDue(long now) {
        open.values().removeIf(end -> end < now);
        return CompletableFuture.allOf(removals.entrySet().stream()
                .map(entry -> repeatDue(entry.getKey(), entry.getValue(), now))
                .toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> repeatDue(String worker, RepeatedRemovals known, long now) {
        Long demand = adopting.get(worker);
        // In a stage, because a call may throw at once, and the next repetition has to be scheduled nevertheless.
        return CompletableFuture.completedFuture(known)
                .thenCompose(removed -> demand == null
                        ? removed.repeatDue(now)
                        : removed.adopt(now).thenRun(() -> adopting.remove(worker, demand)))
                .handle((done, thrown) -> {
                    ended(thrown);
                    return null;
                });
    }

    private void ended(@Nullable Throwable thrown) {
        if (thrown == null) {
            if (failures.ends()) {
                log.info("{}: the repetition of removals works again", LogFields.route(route));
            }
            return;
        }
        Throwable failure = Failures.unwrap(thrown);
        if (failures.begins(failure.getClass().getName())) {
            log.warn(
                    "{}: removals that a late write may follow cannot be repeated, and are tried again every second: {}",
                    LogFields.route(route),
                    failure.toString());
        }
    }

    private CompletableFuture<?> repeat(Removal removal) {
        repeated.increment();
        return remove.apply(new TargetWrite.Delete(removal.stamp(), Set.of(removal.key())))
                .thenAccept(outcome -> {
                    if (outcome == Outcome.APPLIED) {
                        restored.increment();
                        log.info(
                                "{}: a late write restored a row of {}, and the row was removed again",
                                LogFields.route(route),
                                LogFields.item(removal.stamp().owner()));
                    }
                });
    }
}
