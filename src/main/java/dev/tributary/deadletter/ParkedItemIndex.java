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
 * An index in memory, up to a bound, of the items that have dead letters on one route.
 *
 * <p>The index may hold an item that has no dead letters any more, because a job may delete them at any time; so {@link
 * #before} reads the table. It never lacks an item whose changes this process parked or found at the last {@link
 * #refresh}: if there are more items than fit, every item may have dead letters, and the table is read for each change.
 *
 * <p>One object for each route of a process, shared by the pipelines of all shards. Safe for any thread.
 */
public final class ParkedItemIndex {

    /** Items in the index, about 170 bytes each. */
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
     * @param maxItems approximate maximum of items in the index
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

    /** An argument for {@link #refresh}: this long ago. */
    public long moment(Duration ago) {
        return nanoTime.getAsLong() - ago.toNanos();
    }

    /**
     * Reads the items that have dead letters from the table, unless a read has begun since the given moment. A pipeline
     * passes the moment of its start, so that it finds what another worker parked before it lost the lease. Concurrent
     * calls share a read.
     *
     * @param since from {@link #moment}
     */
    public CompletableFuture<Void> refresh(long since) {
        return CompletableFuture.allOf(
                buckets.stream().map(bucket -> bucket.refresh(since)).toArray(CompletableFuture[]::new));
    }

    /** The number of items that have dead letters, as far as this process knows; a lower bound if {@link #isFull}. */
    public int items() {
        return buckets.stream().mapToInt(ParkedBucket::size).sum();
    }

    /** Whether more items have dead letters than fit into the index. */
    public boolean isFull() {
        return buckets.stream().anyMatch(ParkedBucket::isFull);
    }

    /** Whether the item may have dead letters, as far as this process knows. */
    public boolean holds(ItemKey owner) {
        for (ParkedBucket bucket : buckets) {
            if (!bucket.isEmpty()) {
                String item = DeadLetterPosition.item(owner); // computed only if anything is parked: a digest is costly
                return bucket(item).holds(item);
            }
        }
        return false;
    }

    private ParkedBucket bucket(String item) {
        return buckets.get(DeadLetterPosition.bucket(item));
    }

    /**
     * Reads the predecessor of a change from the table: the last dead letter of its item that is not newer. Empty if there
     * is none. An item without any dead letter leaves the index.
     *
     * @param stamp the version stamp of the change
     */
    public CompletableFuture<Optional<Predecessor>> before(VersionStamp stamp) {
        String item = DeadLetterPosition.item(stamp.owner());
        Long finding = bucket(item).finding(item);
        return table.before(route, item, stamp.version())
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
     * Parks a change durably. May be repeated with the same effect.
     *
     * @param permitted asked before each call but the first; if it is false, the future fails with {@link
     *     java.util.concurrent.CancellationException}
     */
    public CompletableFuture<Predecessor> park(Change change, String reason, BooleanSupplier permitted) {
        return table.park(deadLetter(change, reason), permitted).thenApply(parked -> add(change));
    }

    /**
     * Parks a change durably, on the condition that its predecessor is still parked: a job that deletes the last dead
     * letter must not leave a change waiting behind none.
     *
     * @param permitted as for {@link #park}
     * @return the predecessor of the item's next change; empty if {@code predecessor} is not parked any more, and the
     *     change is not parked then
     */
    public CompletableFuture<Optional<Predecessor>> parkBehind(
            Predecessor predecessor, Change change, String reason, BooleanSupplier permitted) {
        if (!DeadLetterPosition.parse(predecessor.position())
                .version()
                .equals(change.stamp().version())) {
            return table.parkBehind(predecessor, deadLetter(change, reason), permitted)
                    .thenApply(parked -> parked ? Optional.of(add(change)) : Optional.empty());
        }
        return table.recordReplay(route, DeadLetterPosition.of(change.stamp()))
                .thenApply(parked -> parked ? Optional.of(add(change)) : Optional.empty());
    }

    private NewDeadLetter deadLetter(Change change, String reason) {
        return new NewDeadLetter(route, change, reason, clock.instant());
    }

    private Predecessor add(Change change) {
        DeadLetterPosition position = DeadLetterPosition.of(change.stamp());
        bucket(position.item()).add(position.item());
        return new Predecessor(position.encoded());
    }

    /** The name of the table, for messages. */
    public String table() {
        return table.name();
    }
}
