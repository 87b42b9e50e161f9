package dev.tributary.jobs.verify;

import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.jobs.verify.Difference.Kind;
import dev.tributary.model.Item;
import dev.tributary.model.Row;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.StoredRow;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Examines suspects: reads their rows, then their items, and compares both.
 *
 * <p>The order of the reads matters: a row that is seen before its item, and is the same after every change that the item
 * had then has ended, is the result of replication for that item.
 */
final class Examiner {

    /** Most moves of an item to another key that are followed in one look. */
    private static final int MAX_MOVES = 3;

    private final VerifiedRoute route;
    private final Comparison comparison;
    private final KeyedReads source;
    private final KeyedReads target;

    /**
     * A suspect that differs, as one look has found it.
     *
     * @param suspect under the key where the row should be now
     * @param row digest of the row, version stamp included; 0 if there is none
     * @param item digest of the item; 0 if there is none
     */
    record Seen(Suspect suspect, Difference difference, long row, long item) {

        /** Whether both looks have seen the same difference. */
        boolean sameAs(Seen other) {
            return difference.kind() == other.difference.kind()
                    && suspect.rowKey().equals(other.suspect.rowKey())
                    && row == other.row
                    && (row != 0 || item == other.item);
        }

        /**
         * Whether replication has written the row since the other look: then it is the result of replication for its owner,
         * and differs because the owner has changed again.
         */
        boolean writtenSince(Seen other) {
            Optional<VersionStamp> now = difference.row().flatMap(StoredRow::stamp);
            Optional<VersionStamp> before = other.difference.row().flatMap(StoredRow::stamp);
            return difference.kind() == Kind.DIFFERENT
                    && before.filter(stamp -> stamp.owner()
                                    .equals(now.map(VersionStamp::owner).orElse(null)))
                            .filter(stamp -> now.filter(later -> later.version().compareTo(stamp.version()) > 0)
                                    .isPresent())
                            .isPresent();
        }
    }

    Examiner(VerifiedRoute route, Comparison comparison, KeyedReads source, KeyedReads target) {
        this.route = route;
        this.comparison = comparison;
        this.source = source;
        this.target = target;
    }

    /**
     * Looks at each suspect once.
     *
     * @param consistent whether the reads see everything that was written before
     * @return those that differ
     */
    CompletableFuture<Map<Suspect, Seen>> look(Collection<? extends Suspect> suspects, boolean consistent) {
        Map<Suspect, Suspect> now = new LinkedHashMap<>();
        suspects.forEach(suspect -> now.put(suspect, suspect));
        Map<Suspect, Seen> seen = new LinkedHashMap<>();
        return look(now, consistent, 0, seen).thenApply(done -> seen);
    }

    /** @param now what is looked at, by the suspect that it was at first */
    private CompletableFuture<Void> look(
            Map<Suspect, Suspect> now, boolean consistent, int moves, Map<Suspect, Seen> seen) {
        if (now.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Set<Item> rowKeys = new HashSet<>();
        now.values().forEach(suspect -> rowKeys.add(suspect.rowKey()));
        return target.read(rowKeys, consistent).thenCompose(rows -> {
            Set<Item> sourceKeys = new HashSet<>();
            now.values().forEach(suspect -> {
                if (suspect instanceof Suspect.OfItem ofItem) {
                    sourceKeys.add(ofItem.sourceKey());
                }
            });
            rows.values().forEach(row -> ownerKey(row).ifPresent(sourceKeys::add));
            return source.read(sourceKeys, consistent).thenCompose(items -> {
                Map<Suspect, Suspect> moved = new LinkedHashMap<>();
                now.forEach((first, suspect) -> compare(first, suspect, rows, items, seen, moved));
                return moves == MAX_MOVES
                        ? CompletableFuture.completedFuture(null)
                        : look(moved, consistent, moves + 1, seen);
            });
        });
    }

    private Optional<Item> ownerKey(Item row) {
        return route.stored(row).stamp().flatMap(stamp -> route.keyOf(stamp.owner()));
    }

    private void compare(
            Suspect first,
            Suspect suspect,
            Map<Item, Item> rows,
            Map<Item, Item> items,
            Map<Suspect, Seen> seen,
            Map<Suspect, Suspect> moved) {
        Optional<Item> row = Optional.ofNullable(rows.get(suspect.rowKey()));
        Optional<Item> item;
        Optional<Difference> difference;
        if (suspect instanceof Suspect.OfItem ofItem) {
            item = Optional.ofNullable(items.get(ofItem.sourceKey()));
            Optional<Row> wanted = item.flatMap(route::row);
            if (wanted.isPresent() && !wanted.get().key().equals(suspect.rowKey())) {
                moved.put(
                        first,
                        new Suspect.OfItem(ofItem.sourceKey(), wanted.get().key()));
                return;
            }
            difference = wanted.flatMap(should -> comparison.ofItem(
                    item.get(), should, row.map(route::stored), key -> Optional.ofNullable(items.get(key))));
        } else {
            item = row.flatMap(this::ownerKey).map(items::get);
            difference = row.map(route::stored)
                    .flatMap(stored -> comparison.ofRow(stored, key -> Optional.ofNullable(items.get(key))));
        }
        difference.ifPresent(found -> seen.put(first, new Seen(suspect, found, digest(row), digest(item))));
    }

    private static long digest(Optional<Item> item) {
        return item.map(present -> RowDigest.of(present.attributes())).orElse(0L);
    }
}
