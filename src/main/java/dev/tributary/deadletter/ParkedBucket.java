package dev.tributary.deadletter;

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
 * The items of one bucket that have parked changes, up to a bound. Where there are more, any item may have some.
 *
 * <p>An item may be named here whose parked changes are gone. None is missing whose changes this process parked, or which
 * the last read found. Safe for any thread.
 */
final class ParkedBucket {

    private static final long NONE = 0;

    /**
     * With a number that is new each time the item is found or parked: who learnt before that it has no parked changes
     * cannot take it out afterwards.
     */
    private final Map<String, Long> items = new ConcurrentHashMap<>();

    private final AtomicLong findings = new AtomicLong(NONE);

    /** The last finding for which there was no room; {@link #NONE} where no item is left out. */
    private final AtomicLong overflow = new AtomicLong(NONE);

    private final int maxItems;
    private final SharedRead read;

    /**
     * @param maxItems that are kept in memory
     * @param table reads the items of the bucket from the table, as {@link DeadLetterTable#items} does
     * @param nanoTime a monotonic clock
     */
    ParkedBucket(int maxItems, Function<Predicate<String>, CompletableFuture<Boolean>> table, LongSupplier nanoTime) {
        this.maxItems = maxItems;
        this.read = new SharedRead(() -> read(table), nanoTime);
    }

    /** Reads the bucket, unless it was read since this moment. */
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

    /** What was last found before a read began, and not by it. */
    private void forget(long begun, Set<String> but) {
        items.forEach((item, finding) -> {
            if (finding <= begun && !but.contains(item)) {
                items.remove(item, finding);
            }
        });
    }

    /** The item has parked changes. */
    void add(String item) {
        long finding = findings.incrementAndGet();
        if (items.size() < maxItems || items.containsKey(item)) {
            items.put(item, finding);
        } else {
            overflow.accumulateAndGet(finding, Math::max);
        }
    }

    /** When the item was last found or parked, for {@link #remove}; null if it is not in memory. */
    @Nullable Long finding(String item) {
        return items.get(item);
    }

    /** Takes the item out, unless it was found or parked since. */
    void remove(String item, Long finding) {
        items.remove(item, finding);
    }

    /** Whether the item may have parked changes. */
    boolean holds(String item) {
        return isFull() || items.containsKey(item);
    }

    boolean isEmpty() {
        return items.isEmpty() && !isFull();
    }

    /** Items in memory; where the bucket is full, as many as fit, and there are more. */
    int size() {
        return isFull() ? maxItems : items.size();
    }

    /** Whether items that have parked changes are not in memory. */
    boolean isFull() {
        return overflow.get() != NONE;
    }
}
