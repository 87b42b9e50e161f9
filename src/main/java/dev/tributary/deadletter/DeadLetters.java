package dev.tributary.deadletter;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The parked changes of one route: in the table all of them, and in memory the items that have any.
 *
 * <p>Memory may name an item whose parked changes are gone, as somebody may take them out of the table at any time; so
 * {@link #first} asks. It never misses an item whose changes this process parked or found at the last {@link #refresh}.
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

    /** The version of the item's first parked change, by the table; empty when it has none, and then it is let go. */
    public CompletableFuture<Optional<Version>> first(ItemKey owner) {
        String item = Position.item(owner);
        Long finding = items.get(item);
        return table.first(route, item).thenApply(version -> {
            if (version.isEmpty() && finding != null) {
                items.remove(item, finding);
            }
            return version;
        });
    }

    /** Parks the change for good; again and again with the same effect. */
    public CompletableFuture<Void> park(Change change, String reason) {
        return table.park(new ParkedChange(route, change.mark(), reason, clock.instant()), change)
                .thenRun(() -> found(Position.item(change.mark().owner())));
    }

    /** The table's name, for people. */
    public String table() {
        return table.name();
    }

    private void found(String item) {
        items.put(item, findings.incrementAndGet());
    }
}
