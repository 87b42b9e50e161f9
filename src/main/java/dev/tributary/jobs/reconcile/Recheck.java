package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.scan.Attempts;
import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.StoredRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Reads the source items of rows that a page has put, removes the rows that their items do not have, and replaces those that
 * show an earlier state.
 *
 * <p>May be repeated at any time, by any process: a row is removed only if its item, read consistently, has no row under its
 * key, and only while no change of the item has written it. If the item gets that row later, that is a change, and the
 * stream brings it. Safe for any thread.
 *
 * <p>Usually the change that made the later state is still to come, and replaces the row. But if the target has applied it
 * before the row was put, and another item had displaced what it wrote and then left the key, nothing else replaces the row.
 */
final class Recheck {

    private final JobRoute route;
    private final KeyedReads source;
    private final KeyedReads target;
    private final Attempts attempts;

    Recheck(JobRoute route, PacedCalls reads, Attempts attempts) {
        this.route = route;
        this.source = route.sourceItems(reads);
        this.target = route.targetRows(reads);
        this.attempts = attempts;
    }

    /** The stamp of a row that a page puts: below every change, and of all such rows the greatest owner's is the highest. */
    VersionStamp stamp(Item sourceKey, Version version) {
        return new VersionStamp(ItemKey.of(route.identity(), sourceKey.attributes()), version, Instant.EPOCH);
    }

    /** The row that a page puts. */
    StoredRow put(PageKey key, Row row, Version version) {
        return new StoredRow(row, Optional.of(stamp(key.source(), version)), false);
    }

    /** Checks rows by what the target holds now; completes with the number of rows that were removed. */
    CompletableFuture<Integer> check(Version version, Collection<PageKey> keys) {
        Set<Item> targets = new HashSet<>();
        keys.forEach(key -> targets.add(key.target()));
        return target.read(targets, true).thenCompose(found -> {
            Map<PageKey, StoredRow> rows = new HashMap<>();
            keys.forEach(key -> Optional.ofNullable(found.get(key.target()))
                    .map(row ->
                            StoredRow.of(row.attributes(), route.projection().targetKey()))
                    .filter(row -> isPut(row, key, version))
                    .ifPresent(row -> rows.put(key, row)));
            return check(version, keys, rows);
        });
    }

    /** Whether the row is one that a page has put, perhaps replaced since, and no change has written it. */
    private boolean isPut(StoredRow row, PageKey key, Version version) {
        VersionStamp last = stamp(key.source(), version.withSuccessors());
        return !row.tombstone()
                && row.stamp()
                        .filter(stamp -> stamp.owner().equals(last.owner()))
                        .filter(stamp -> stamp.version().compareTo(last.version()) < 0)
                        .isPresent();
    }

    /**
     * Checks rows; completes with the number of rows that were removed.
     *
     * @param rows the rows that may be there, as far as they are known
     */
    CompletableFuture<Integer> check(Version version, Collection<PageKey> keys, Map<PageKey, StoredRow> rows) {
        Set<Item> sources = new HashSet<>();
        keys.forEach(key -> sources.add(key.source()));
        return source.read(sources, true).thenCompose(items -> {
            List<CompletableFuture<Boolean>> removals = new ArrayList<>();
            List<CompletableFuture<Boolean>> replacements = new ArrayList<>();
            for (PageKey key : keys) {
                Optional<Row> wanted = Optional.ofNullable(items.get(key.source()))
                        .flatMap(route.projection()::row)
                        .filter(row -> row.key().equals(key.target()));
                Optional<StoredRow> there = Optional.ofNullable(rows.get(key));
                if (wanted.isEmpty()) {
                    removals.add(remove(version, key));
                } else if (there.filter(row -> !row.holds(wanted.get())).isPresent()) {
                    replacements.add(replace(there.get(), wanted.get()));
                }
            }
            return CompletableFuture.allOf(Stream.concat(removals.stream(), replacements.stream())
                            .toArray(CompletableFuture[]::new))
                    .thenApply(done -> (int)
                            removals.stream().filter(CompletableFuture::join).count());
        });
    }

    private CompletableFuture<Boolean> remove(Version version, PageKey key) {
        VersionStamp last = stamp(key.source(), version.withSuccessors());
        return attempts.of(() -> route.exact().remove(last, key.target()));
    }

    /** A row that the table refuses stays as it is: the change that made the item so is parked. */
    private CompletableFuture<Boolean> replace(StoredRow row, Row with) {
        return attempts.of(() -> route.exact().replace(row.stamp().orElseThrow(), with))
                .exceptionallyCompose(thrown -> Attempts.refusal(thrown).isPresent()
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(thrown));
    }
}
