package dev.tributary.deadletter;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The parked changes of one route: in the table all of them, and in memory the items that have any, up to a bound.
 *
 * <p>Memory may name an item whose parked changes are gone, as somebody may take them out of the table at any time; so
 * {@link #before} asks. It never misses an item whose changes this process parked or found at the last {@link #refresh}:
 * where there are more than fit, every item may have some, and the table is asked for each change.
 *
 * <p>One object for each route of a process, shared by the pipelines of all shards. Safe for any thread.
 */
public final class ParkedItemIndex {

    /** Items in memory, about 170 bytes each. */
    private static final int MAX_ITEMS = 20_000;

    private final DeadLetterTable table;
    private final String route;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final List<ParkedBucket> buckets;

    /**
     * @param route {@code <source>.<route>}
     */
    public ParkedItemIndex(DeadLetterTable table, String route, InstantSource clock) {
        this(table, route, clock, System::nanoTime, MAX_ITEMS);
    }

    /**
     * @param nanoTime a monotonic clock
     * @param maxItems items that are kept in memory at most, about
     */
    public ParkedItemIndex(
            DeadLetterTable table, String route, InstantSource clock, LongSupplier nanoTime, int maxItems) {
        this.table = table;
        this.route = route;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.buckets = DeadLetterPosition.buckets(route).stream()
                .map(bucket -> new ParkedBucket(
                        Math.max(1, maxItems / DeadLetterPosition.BUCKETS),
                        found -> table.items(bucket, found),
                        nanoTime))
                .toList();
    }

    /** A moment for {@link #refresh}: now, or so long ago. */
    public long moment(Duration ago) {
        return nanoTime.getAsLong() - ago.toNanos();
    }

    /**
     * Reads from the table which items have parked changes, so far as that was not read since this moment. A pipeline gives
     * the moment of its start: what another worker parked before it lost the lease is found then. Pipelines that ask at
     * the same time share a read.
     */
    public CompletableFuture<Void> refresh(long since) {
        return CompletableFuture.allOf(
                buckets.stream().map(bucket -> bucket.refresh(since)).toArray(CompletableFuture[]::new));
    }

    /** How many items have parked changes, as far as this process knows; at least so many where {@link #isFull}. */
    public int items() {
        return buckets.stream().mapToInt(ParkedBucket::size).sum();
    }

    /** Whether more items have parked changes than are kept in memory. */
    public boolean isFull() {
        return buckets.stream().anyMatch(ParkedBucket::isFull);
    }

    /** Whether the item may have parked changes, as far as this process knows. */
    public boolean holds(ItemKey owner) {
        for (ParkedBucket bucket : buckets) {
            if (!bucket.isEmpty()) {
                String item =
                        DeadLetterPosition.item(owner); // not before it is needed: most of the time nothing is parked
                return bucket(item).holds(item);
            }
        }
        return false;
    }

    private ParkedBucket bucket(String item) {
        return buckets.get(DeadLetterPosition.bucket(item));
    }

    /**
     * The parked change that one of this mark has to wait behind, by the table: the last one of its item that is not
     * newer. Empty when there is none; and where the item has none at all, it is let go.
     */
    public CompletableFuture<Optional<Predecessor>> before(VersionStamp mark) {
        String item = DeadLetterPosition.item(mark.owner());
        Long finding = bucket(item).finding(item);
        return table.before(route, item, mark.version())
                .thenCompose(found -> found.isPresent() || finding == null
                        ? CompletableFuture.completedFuture(found)
                        : table.holds(route, item).thenApply(holds -> {
                            if (!holds) {
                                bucket(item).remove(item, finding);
                            }
                            return found;
                        }));
    }

    /**
     * Parks the change for good; again and again with the same effect.
     *
     * @param permitted asked before each call that follows another; where it says no, the future fails with {@link
     *     java.util.concurrent.CancellationException}
     */
    public CompletableFuture<Predecessor> park(Change change, String reason, BooleanSupplier permitted) {
        return table.park(parked(change, reason), change, permitted).thenApply(stored -> found(change));
    }

    /**
     * Parks the change for good, if the one in front of it is still parked when it is stored: a job that takes the last
     * one out must not leave a change behind nothing.
     *
     * @param permitted as for {@link #park}
     * @return what the next change of the item has to wait behind; empty if there is nothing to wait behind any more, as
     *     far as {@code predecessor} goes, and then the change is not parked
     */
    public CompletableFuture<Optional<Predecessor>> parkBehind(
            Predecessor predecessor, Change change, String reason, BooleanSupplier permitted) {
        if (!DeadLetterPosition.parse(predecessor.position())
                .version()
                .equals(change.stamp().version())) {
            return table.parkBehind(predecessor, parked(change, reason), change, permitted)
                    .thenApply(stored -> stored ? Optional.of(found(change)) : Optional.empty());
        }
        return table.recordReplay(route, change.stamp())
                .thenApply(there -> there ? Optional.of(found(change)) : Optional.empty());
    }

    private ParkedChange parked(Change change, String reason) {
        return new ParkedChange(route, change.stamp(), reason, clock.instant());
    }

    private Predecessor found(Change change) {
        String item = DeadLetterPosition.item(change.stamp().owner());
        bucket(item).add(item);
        return new Predecessor(new DeadLetterPosition(item, change.stamp().version()).encoded());
    }

    /** The table's name, for people. */
    public String table() {
        return table.name();
    }
}
