package dev.tributary.deadletter;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Mark;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The parked changes of one route: in the table all of them, and in memory the items that have any.
 *
 * <p>Memory may name an item whose parked changes are gone, as somebody may take them out of the table at any time; so
 * {@link #before} asks. It never misses an item whose changes this process parked or found at the last {@link #refresh}.
 * One object for each route of a process, shared by the pipelines of all shards. Safe for any thread.
 */
public final class DeadLetters {

    private final DeadLetterTable table;
    private final String route;
    private final InstantSource clock;

    /**
     * By {@link Position#item}, with a number that is new each time the item is found or parked: who learnt before that
     * it has no parked changes cannot take it out afterwards.
     */
    private final Map<String, Long> items = new ConcurrentHashMap<>();

    private final AtomicLong findings = new AtomicLong();

    /**
     * @param route {@code <source>.<route>}
     */
    public DeadLetters(DeadLetterTable table, String route, InstantSource clock) {
        this.table = table;
        this.route = route;
        this.clock = clock;
    }

    /** Reads from the table which items have parked changes. */
    public CompletableFuture<Void> refresh() {
        Map<String, Long> before = Map.copyOf(items);
        return table.items(route).thenAccept(found -> {
            found.forEach(this::found);
            before.forEach((item, finding) -> {
                if (!found.contains(item)) {
                    items.remove(item, finding);
                }
            });
        });
    }

    /** How many items have parked changes, as far as this process knows. */
    public int items() {
        return items.size();
    }

    /** Whether the item has parked changes, as far as this process knows. */
    public boolean holds(ItemKey owner) {
        return !items.isEmpty() && items.containsKey(Position.item(owner));
    }

    /**
     * The parked change that one of this mark has to wait behind, by the table: the last one of its item that is not
     * newer. Empty when there is none; and where the item has none at all, it is let go.
     */
    public CompletableFuture<Optional<Predecessor>> before(Mark mark) {
        String item = Position.item(mark.owner());
        Long finding = items.get(item);
        return table.before(route, item, mark.version())
                .thenCompose(found -> found.isPresent() || finding == null
                        ? CompletableFuture.completedFuture(found)
                        : table.holds(route, item).thenApply(holds -> {
                            if (!holds) {
                                items.remove(item, finding);
                            }
                            return found;
                        }));
    }

    /**
     * Parks the change for good; again and again with the same effect.
     *
     * @param mayGoOn asked before each call that follows another; where it says no, the future fails with {@link
     *     java.util.concurrent.CancellationException}
     */
    public CompletableFuture<Predecessor> park(Change change, String reason, BooleanSupplier mayGoOn) {
        return table.park(parked(change, reason), change, mayGoOn).thenApply(stored -> found(change));
    }

    /**
     * Parks the change for good, if the one in front of it is still parked when it is stored: a job that takes the last
     * one out must not leave a change behind nothing.
     *
     * @param mayGoOn as for {@link #park}
     * @return what the next change of the item has to wait behind; empty if there is nothing to wait behind any more, as
     *     far as {@code predecessor} goes, and then the change is not parked
     */
    public CompletableFuture<Optional<Predecessor>> parkBehind(
            Predecessor predecessor, Change change, String reason, BooleanSupplier mayGoOn) {
        if (!Position.parse(predecessor.position())
                .version()
                .equals(change.mark().version())) {
            return table.parkBehind(predecessor, parked(change, reason), change, mayGoOn)
                    .thenApply(stored -> stored ? Optional.of(found(change)) : Optional.empty());
        }
        return table.comeAgain(route, change.mark())
                .thenCompose(there -> there
                        ? CompletableFuture.completedFuture(Optional.of(found(change)))
                        : mended(predecessor, change, reason, mayGoOn));
    }

    /** The change's own first row is not there: all of it was taken out, or somebody deleted that row alone. */
    private CompletableFuture<Optional<Predecessor>> mended(
            Predecessor row, Change change, String reason, BooleanSupplier mayGoOn) {
        return before(change.mark())
                .thenCompose(found -> found.filter(row::equals).isPresent()
                        ? DeadLetterTable.onlyIf(mayGoOn, () -> park(change, reason, mayGoOn))
                                .thenApply(Optional::of)
                        : CompletableFuture.completedFuture(Optional.empty()));
    }

    private ParkedChange parked(Change change, String reason) {
        return new ParkedChange(route, change.mark(), reason, clock.instant());
    }

    private Predecessor found(Change change) {
        String item = Position.item(change.mark().owner());
        found(item);
        return new Predecessor(new Position(item, change.mark().version(), 0).encoded());
    }

    /** The table's name, for people. */
    public String table() {
        return table.name();
    }

    private void found(String item) {
        items.put(item, findings.incrementAndGet());
    }
}
