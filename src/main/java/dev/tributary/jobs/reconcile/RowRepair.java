package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.reconcile.PageResult.Refused;
import dev.tributary.jobs.scan.Attempts;
import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projected;
import dev.tributary.table.StoredRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Compares rows of a target with their source items, and repairs those that differ, while the daemon replicates: a row with
 * other content is replaced, and a row whose item is gone or has another key is removed.
 *
 * <p>The item is read, consistently, after the row. The row is written only while it still has the version stamp that was
 * read, so no change has reached it since; and with the {@linkplain Version#successor successor} of its version, so every
 * change after the one that wrote it still replaces it. If such a change was made before the item was read, the target may
 * show earlier states of the item again, until it has applied that change too.
 *
 * <p>Rows of other sources, and rows without a version stamp, are not changed. Safe for any thread.
 */
public final class RowRepair {

    private final JobRoute route;
    private final Reconciler reconciler;
    private final KeyedReads source;
    private final Attempts attempts;
    private final Function<TargetWrite, CompletableFuture<Void>> removed;

    /**
     * @param reconciler brings the items of rows that are removed because the item has another key; its lock is checked before
     *     each write
     * @param removed records a removal that a late write may undo, before it is made
     */
    public RowRepair(Reconciler reconciler, Function<TargetWrite, CompletableFuture<Void>> removed) {
        this.route = reconciler.route();
        this.reconciler = reconciler;
        this.source = reconciler.source();
        this.attempts = reconciler.attempts();
        this.removed = removed;
    }

    /** The action for a row. */
    private sealed interface Verdict {

        record Right() implements Verdict {}

        record Replace(StoredRow row, Row with) implements Verdict {}

        /** @param item has its row under another key; empty if it has none */
        record Remove(StoredRow row, Optional<Item> item) implements Verdict {}

        record Keep(StoredRow row, String reason) implements Verdict {}
    }

    /**
     * Compares rows with their items, and repairs those that differ.
     *
     * @param rows as they were read from the target, each with all its attributes
     */
    public CompletableFuture<PageResult> repair(List<Item> rows) {
        CompletableFuture<PageResult> result = CompletableFuture.completedFuture(PageResult.NONE);
        for (int from = 0; from < rows.size(); from += Reconciler.MAX_PAGE_ITEMS) {
            List<Item> some = rows.subList(from, Math.min(rows.size(), from + Reconciler.MAX_PAGE_ITEMS));
            result = result.thenCompose(before -> page(some).thenApply(before::and));
        }
        return result;
    }

    private CompletableFuture<PageResult> page(List<Item> rows) {
        Map<StoredRow, Item> keys = new LinkedHashMap<>();
        for (Item row : rows) {
            StoredRow stored = StoredRow.of(row.attributes(), route.projection().targetKey());
            stored.stamp()
                    .flatMap(stamp -> stamp.owner().attributes(route.identity(), route.sourceKey()))
                    .ifPresent(key -> keys.put(stored, key));
        }
        Set<Item> wanted = new HashSet<>(keys.values());
        return source.read(wanted, true).thenCompose(items -> {
            List<Verdict> verdicts = new ArrayList<>();
            keys.forEach((row, key) -> verdicts.add(judge(row, Optional.ofNullable(items.get(key)))));
            List<Item> moved = verdicts.stream()
                    .filter(Verdict.Remove.class::isInstance)
                    .flatMap(verdict -> ((Verdict.Remove) verdict).item().stream())
                    .toList();
            // Puts first, so that no item is without a row in between.
            return reconciler.bring(moved).thenCompose(brought -> apply(rows.size(), verdicts, brought));
        });
    }

    private Verdict judge(StoredRow row, Optional<Item> item) {
        VersionStamp stamp = row.stamp().orElseThrow();
        if (item.isEmpty()) {
            return row.tombstone() || route.keepsRemoved() ? new Verdict.Right() : new Verdict.Remove(row, item);
        }
        Projected projected = route.projection().project(new Change.Insert(stamp, item.get()));
        if (projected instanceof Projected.Refused refused) {
            return new Verdict.Keep(row, refused.reason());
        }
        Optional<Row> wanted = route.projection().row(item.get());
        if (wanted.filter(other -> other.key().equals(row.row().key())).isPresent()) {
            return !row.tombstone() && row.holds(wanted.get())
                    ? new Verdict.Right()
                    : new Verdict.Replace(row, wanted.get());
        }
        return row.tombstone()
                ? new Verdict.Right()
                : new Verdict.Remove(row, wanted.isPresent() ? item : Optional.empty());
    }

    private CompletableFuture<PageResult> apply(int read, List<Verdict> verdicts, PageResult brought) {
        List<CompletableFuture<PageResult>> calls = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            if (verdict instanceof Verdict.Replace replace) {
                calls.add(replace(replace));
            } else if (verdict instanceof Verdict.Remove remove) {
                calls.add(remove(remove.row()));
            } else if (verdict instanceof Verdict.Keep keep) {
                Refused refused = new Refused(keep.row().stamp().orElseThrow().owner(), keep.reason());
                calls.add(CompletableFuture.completedFuture(new PageResult(0, 0, 0, 0, 0, List.of(refused))));
            }
        }
        PageResult before = new PageResult(read, brought.written(), 0, 0, brought.removed(), brought.refused());
        return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
                .thenApply(done -> calls.stream().map(CompletableFuture::join).reduce(before, PageResult::and));
    }

    private CompletableFuture<PageResult> replace(Verdict.Replace replace) {
        VersionStamp stamp = replace.row().stamp().orElseThrow();
        return attempts.of(
                        () -> reconciler.pace(replace.with().item()).thenCompose(paced -> reconciler.ensure()),
                        () -> route.exact().replace(stamp, replace.with()),
                        failure -> {})
                .thenApply(done -> new PageResult(0, done ? 1 : 0, done ? 0 : 1, 0, 0, List.of()))
                .exceptionallyCompose(thrown -> Reconciler.refusal(stamp.owner(), thrown));
    }

    private CompletableFuture<PageResult> remove(StoredRow row) {
        VersionStamp seen = row.stamp().orElseThrow();
        VersionStamp guard = new VersionStamp(seen.owner(), seen.version().successor(), seen.createdAt());
        Item key = row.row().key();
        return attempts.of(() -> removed.apply(new TargetWrite.Delete(guard, Set.of(key))))
                .thenCompose(recorded -> attempts.of(
                        () -> reconciler.pace(row.row().item()).thenCompose(paced -> reconciler.ensure()),
                        () -> route.exact().remove(seen, key),
                        failure -> {}))
                .thenApply(done -> new PageResult(0, 0, 0, 0, done ? 1 : 0, List.of()));
    }

    /** Removes a row that is not of the source, while it is as it was seen. */
    public CompletableFuture<Void> removeForeign(StoredRow row) {
        Item key = row.row().key();
        return attempts.of(
                        () -> reconciler.pace(row.row().item()).thenCompose(paced -> reconciler.ensure()),
                        () -> row.stamp()
                                .map(seen -> route.exact().remove(seen, key))
                                .orElseGet(() -> route.exact().removeUnstamped(row.row())),
                        failure -> {})
                .thenAccept(done -> {});
    }
}
