package dev.tributary.jobs.verify;

import dev.tributary.jobs.reconcile.Reconciler;
import dev.tributary.jobs.reconcile.RowRepair;
import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.Difference.Kind;
import dev.tributary.model.Item;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.StoredRow;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Repairs differences beside the running daemon: rows that have a stamp of their item are replaced or removed while they
 * still have it, then missing rows are put where there is none. Every change that is on its way still wins. Foreign rows
 * stay unless their removal is configured. Safe for any thread.
 */
public final class Repair {

    private final Reconciler reconciler;
    private final RowRepair rows;
    private final boolean foreign;
    private final KeyedReads source;
    private final KeyedReads target;
    private final Examiner examiner;

    /**
     * @param reconciler of the route; its lock is held
     * @param foreign whether to remove foreign rows
     */
    public Repair(
            VerifiedRoute route,
            Verification.Tables tables,
            PacedCalls calls,
            InstantSource clock,
            Reconciler reconciler,
            RowRepair rows,
            boolean foreign) {
        this.reconciler = reconciler;
        this.rows = rows;
        this.foreign = foreign;
        this.source = new KeyedReads(tables.sourceClient(), tables.source(), route.sourceKey(), calls);
        this.target = new KeyedReads(
                tables.targetClient(), tables.target(), route.projection().targetKey(), calls);
        this.examiner = new Examiner(route, new Comparison(route, clock), source, target);
    }

    /**
     * Repairs differences, and examines them again.
     *
     * @return those that remain
     */
    public CompletableFuture<List<Difference>> repair(List<Difference> differences) {
        List<Difference> faults = differences.stream()
                .filter(difference -> difference.kind().isFault())
                .toList();
        return removeForeign(faults)
                .thenCompose(removed -> repairRows(faults))
                .thenCompose(repaired -> bring(faults))
                .thenCompose(brought -> left(differences));
    }

    private CompletableFuture<Void> removeForeign(List<Difference> faults) {
        CompletableFuture<Void> removed = CompletableFuture.completedFuture(null);
        for (Difference fault : faults) {
            if (foreign && fault.kind() == Kind.FOREIGN && fault.row().isPresent()) {
                removed = removed.thenCompose(
                        before -> rows.removeForeign(fault.row().get()));
            }
        }
        return removed;
    }

    /** Rows with a stamp of their item, tombstones included. */
    private CompletableFuture<?> repairRows(List<Difference> faults) {
        Set<Item> keys = new HashSet<>();
        faults.stream().filter(Repair::hasOwnRow).forEach(fault -> keys.add(fault.rowKey()));
        return target.read(keys, true).thenCompose(found -> rows.repair(List.copyOf(found.values())));
    }

    private static boolean hasOwnRow(Difference fault) {
        return fault.kind() != Kind.FOREIGN
                && fault.row()
                        .flatMap(StoredRow::stamp)
                        .map(VersionStamp::owner)
                        .filter(owner -> fault.owner().filter(owner::equals).isPresent())
                        .isPresent();
    }

    private CompletableFuture<?> bring(List<Difference> faults) {
        Predicate<Difference> missing = fault -> fault.kind() == Kind.MISSING && !hasOwnRow(fault);
        Predicate<Difference> replaced = fault -> fault.kind() == Kind.FOREIGN && foreign;
        Set<Item> keys = new HashSet<>();
        faults.stream().filter(missing.or(replaced)).forEach(fault -> fault.sourceKey()
                .ifPresent(keys::add));
        return source.read(keys, true).thenCompose(found -> reconciler.bring(List.copyOf(found.values())));
    }

    private CompletableFuture<List<Difference>> left(List<Difference> differences) {
        Map<Suspect, Difference> suspects = new LinkedHashMap<>();
        List<Difference> left = new ArrayList<>();
        for (Difference difference : differences) {
            if (difference.kind().isFault()) {
                suspects.put(suspect(difference), difference);
            } else {
                left.add(difference);
            }
        }
        return examiner.look(suspects.keySet(), true).thenApply(seen -> {
            seen.keySet().forEach(suspect -> left.add(java.util.Objects.requireNonNull(suspects.get(suspect))));
            return left;
        });
    }

    private static Suspect suspect(Difference difference) {
        return difference.kind() == Kind.EXTRA || difference.sourceKey().isEmpty()
                ? new Suspect.OfRow(difference.rowKey())
                : new Suspect.OfItem(difference.sourceKey().get(), difference.rowKey());
    }
}
