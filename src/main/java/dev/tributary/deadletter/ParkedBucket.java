package dev.tributary.deadletter;

import dev.tributary.ordering.SharedRead;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The items of one bucket that have dead letters, up to a bound. If there are more, any item may have some.
 *
 * <p>It may hold an item that has no dead letters any more. It lacks no item whose changes this process parked, or which
 * the last read found. Safe for any thread.
 */
final class ParkedBucket {

    private static final long NONE = 0;

    /**
     * Each item with a number that is new whenever the item is found or parked, so that an outdated result of a read
     * cannot remove it.
     */
    private final Map<String, Long> items = new ConcurrentHashMap<>();

    private final AtomicLong findings = new AtomicLong(NONE);

    /** The last finding for which there was no room; {@link #NONE} if no item is left out. */
    private final AtomicLong overflow = new AtomicLong(NONE);

    private final int maxItems;
    private final SharedRead read;

    /**
     * @param maxItems maximum of items in memory
     * @param table reads the items of the bucket from the table, as {@link DeadLetterTable#items} does
     * @param nanoTime a monotonic clock
     */
    ParkedBucket(int maxItems, Function<Predicate<String>, CompletableFuture<Boolean>> table, LongSupplier nanoTime) {
        this.maxItems = maxItems;
        this.read = new SharedRead(() -> read(table), nanoTime);
    }

    /** Reads the bucket, unless a read has begun since this moment. */
    CompletableFuture<Void> refresh(long since) {
        return read.since(since);
    }

    private CompletableFuture<Void> read(Function<Predicate<String>, CompletableFuture<Boolean>> table) {
        long begun = findings.get();
        Set<String> found = ConcurrentHashMap.newKeySet();
        return table.apply(item -> {
                    found.add(item);
                    return found.size() <= maxItems;
                })
                .thenAccept(all -> {
                    if (all) {
                        found.forEach(item -> items.put(item, findings.incrementAndGet()));
                        forget(begun, found);
                        overflow.updateAndGet(last -> last <= begun ? NONE : last);
                    } else {
                        overflow.accumulateAndGet(findings.incrementAndGet(), Math::max);
                        forget(begun, Set.of());
                    }
                });
    }

    /** Removes the items that were last found before a read began, and not by it. */
    private void forget(long begun, Set<String> but) {
        items.forEach((item, finding) -> {
            if (finding <= begun && !but.contains(item)) {
                items.remove(item, finding);
            }
        });
    }

    /** Adds an item that has dead letters. */
    void add(String item) {
        long finding = findings.incrementAndGet();
        if (items.size() < maxItems || items.containsKey(item)) {
            items.put(item, finding);
        } else {
            overflow.accumulateAndGet(finding, Math::max);
        }
    }

    /** The number of the item's last finding, for {@link #remove}; null if the item is not in memory. */
    @Nullable Long finding(String item) {
        return items.get(item);
    }

    /** Removes the item, unless it was found or parked since. */
    void remove(String item, Long finding) {
        items.remove(item, finding);
    }

    /** Whether the item may have dead letters. */
    boolean holds(String item) {
        return isFull() || items.containsKey(item);
    }

    boolean isEmpty() {
        return items.isEmpty() && !isFull();
    }

    /** The number of items in memory; if the bucket is full, the maximum. */
    int size() {
        return isFull() ? maxItems : items.size();
    }

    /** Whether items that have dead letters may be missing in memory. */
    boolean isFull() {
        return overflow.get() != NONE;
    }
}
