package dev.tributary.latewrite;

import dev.tributary.latewrite.LateWriteTable.Page;
import dev.tributary.latewrite.LateWriteTable.Removal;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Repeats the removals that one worker recorded on one route.
 *
 * <p>The removals stay in the table and are read for each repetition. Memory holds only the seconds in which removals were
 * recorded, so its size does not depend on their number. Safe for any thread; the caller starts one repetition at a time.
 */
final class RepeatedRemovals {

    private static final long SLOT_MILLIS = 1_000;
    private static final int PAGE = 100;

    private final LateWriteTable table;
    private final String scope;
    private final List<Long> repetitions;
    private final Function<Removal, CompletableFuture<?>> remove;

    /** Seconds in which removals were recorded that have to be repeated; guarded by this. */
    private final NavigableSet<Long> slots = new TreeSet<>();

    /** The time up to which every due repetition has been made; guarded by this. */
    private long repeatedUntil;

    /**
     * @param repetitions milliseconds after which a removal is repeated, ascending
     * @param now in epoch milliseconds
     * @param remove repeats a removal
     */
    RepeatedRemovals(
            LateWriteTable table,
            String scope,
            List<Long> repetitions,
            long now,
            Function<Removal, CompletableFuture<?>> remove) {
        this.table = table;
        this.scope = scope;
        this.repetitions = repetitions;
        this.remove = remove;
        this.repeatedUntil = now;
    }

    /** Stores a removal, and repeats it from then on. */
    CompletableFuture<Void> record(Removal removal) {
        return table.record(scope, removal).thenRun(() -> track(removal));
    }

    private synchronized void track(Removal removal) {
        slots.add(removal.at() / SLOT_MILLIS);
    }

    synchronized boolean isEmpty() {
        return slots.isEmpty();
    }

    /** Repeats every removal in the table, and from then on each one when it is due. */
    CompletableFuture<Void> adopt(long now) {
        return repeat(0, now + SLOT_MILLIS, now, Optional.empty());
    }

    /** Makes the due repetitions; if one fails, all of them are due again. */
    CompletableFuture<Void> repeatDue(long now) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (Span span : due(now)) {
            done = done.thenCompose(before -> repeat(span.from(), span.to(), now, Optional.empty()));
        }
        return done.thenRun(() -> repeated(now));
    }

    /** A span of time in which removals were recorded, end exclusive, in epoch milliseconds. */
    private record Span(long from, long to) {}

    private synchronized List<Span> due(long now) {
        List<Span> due = new ArrayList<>();
        if (now <= repeatedUntil) {
            return due; // the clock was set back
        }
        for (long delay : repetitions) {
            Span span = new Span(repeatedUntil - delay + 1, now - delay + 1);
            if (!slots.subSet(span.from() / SLOT_MILLIS, true, (span.to() - 1) / SLOT_MILLIS, true)
                    .isEmpty()) {
                due.add(span);
            }
        }
        return due;
    }

    private synchronized void repeated(long now) {
        repeatedUntil = Math.max(repeatedUntil, now);
        slots.headSet((now - last() + 1) / SLOT_MILLIS).clear();
    }

    private CompletableFuture<Void> repeat(long from, long to, long now, Optional<String> after) {
        return table.removals(scope, from, to, after, PAGE).thenCompose(page -> repeat(page, now)
                .thenCompose(done -> page.next().isPresent()
                        ? repeat(from, to, now, page.next())
                        : CompletableFuture.completedFuture(null)));
    }

    private CompletableFuture<Void> repeat(Page page, long now) {
        return CompletableFuture.allOf(
                page.removals().stream().map(removal -> repeat(removal, now)).toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<?> repeat(Removal removal, long now) {
        boolean over = removal.at() + last() <= now;
        if (!over) {
            track(removal);
        }
        CompletableFuture<?> removed = remove.apply(removal);
        return over ? removed.thenCompose(gone -> table.erase(scope, removal)) : removed;
    }

    private long last() {
        return repetitions.get(repetitions.size() - 1);
    }
}
