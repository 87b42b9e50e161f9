package dev.tributary.jobs.verify;

import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.scan.ScanPage;
import dev.tributary.jobs.scan.ScanPosition;
import dev.tributary.jobs.scan.TableSample;
import dev.tributary.jobs.scan.TableScan;
import dev.tributary.jobs.verify.SeenRows.Claim;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.replication.CatchUp;
import dev.tributary.table.StoredRow;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * Compares the target of a route with the projection of its source, both ways, beside the running daemon.
 *
 * <p>Three scans: the target's rows are digested; each item of the source is compared with the digest of its row; and the
 * rows that no item has claimed are examined, unless there are none. A row or item that does not match the other side is a
 * suspect, and {@link Confirmation} decides. So two scans are the price of a target that is right, however small its rows
 * are: a read by key costs half a unit for a row of a few bytes.
 *
 * <p>Where the digests do not fit into memory, or are lost by a restart, rows are read by key. Used once. {@link #stop()},
 * {@link #counts()} and {@link #position()} may be called by any thread.
 */
public final class Verification {

    private static final long MIN_ROWS = 200_000;

    private final VerifiedRoute route;
    private final Tables tables;
    private final int segments;
    private final PacedCalls calls;
    private final SeenRows seen;
    private final Confirmation confirmation;
    private final VerifyCounts counts = new VerifyCounts();
    private final AtomicLong foreign = new AtomicLong();
    private volatile Progress progress;
    private volatile boolean stopped;

    /** The tables of a route, and clients that read them. */
    public record Tables(
            DynamoDbAsyncClient sourceClient, String source, DynamoDbAsyncClient targetClient, String target) {}

    /** The scans. */
    public enum Phase {
        /** The target, for the digests of its rows. */
        DIGEST,
        /** The source. */
        ITEMS,
        /** The target, for rows without an item. */
        ROWS,
        /** No scan is left. */
        DONE
    }

    /**
     * Phase and scan, which change together.
     *
     * @param start of the scan
     * @param running null before and after the scan
     */
    private record Progress(
            Phase phase, ScanPosition start, @Nullable TableScan running) {
        Position position() {
            return new Position(phase, running == null ? start : running.position());
        }
    }

    /** The position of a verification, which is recorded to continue it. */
    public record Position(Phase phase, ScanPosition scan) {

        /** The start of a verification. */
        public static Position start(int segments) {
            return new Position(Phase.DIGEST, ScanPosition.start(segments));
        }
    }

    /**
     * @param maxRows most rows whose digests are kept
     * @param start {@link Position#start}, or the position that an earlier process recorded
     */
    public Verification(
            VerifiedRoute route,
            Tables tables,
            long maxRows,
            Position start,
            PacedCalls calls,
            CatchUp catchUp,
            Findings findings,
            InstantSource clock) {
        this.route = route;
        this.tables = tables;
        this.segments = start.scan().segments().size();
        this.calls = calls;
        boolean fresh = start.phase() == Phase.DIGEST && start.scan().equals(ScanPosition.start(segments));
        this.seen = new SeenRows(fresh ? (int) Math.min(Integer.MAX_VALUE / 4, maxRows) : 0);
        if (!fresh) {
            seen.add(0, 0); // beyond its capacity: the rows that were seen are not known
        }
        // Without the digests of the first rows, those of the others are of no use.
        this.progress = start.phase() == Phase.DIGEST && !fresh
                ? new Progress(Phase.ITEMS, ScanPosition.start(segments), null)
                : new Progress(start.phase(), start.scan(), null);
        KeyedReads source = new KeyedReads(tables.sourceClient(), tables.source(), route.sourceKey(), calls);
        KeyedReads target = new KeyedReads(
                tables.targetClient(), tables.target(), route.projection().targetKey(), calls);
        this.confirmation = new Confirmation(
                new Examiner(route, new Comparison(route, clock), source, target), catchUp, findings, counts);
    }

    /**
     * The number of rows whose digests fit into a part of the heap.
     *
     * @param divisor the part of the largest heap
     * @param rows about how many there are, as tables count them: a few times a day
     */
    public static long maxRows(int divisor, long rows) {
        long room = Runtime.getRuntime().maxMemory() / divisor / SeenRows.BYTES_PER_ROW;
        return Math.min(room, Math.max(MIN_ROWS, 2 * rows));
    }

    /** The counts so far. */
    public VerifyCounts counts() {
        return counts;
    }

    /** The position of the scans. */
    public Position position() {
        return progress.position();
    }

    /** Decides about all suspects so far, and completes with a position up to which all are decided. */
    CompletableFuture<Position> settled() {
        Position now = position();
        return confirmation.settle().thenApply(settled -> now);
    }

    /** The worst result of the waits for replication so far. */
    public CatchUp.Result waited() {
        return confirmation.waited();
    }

    /** Ends the scans after their current pages. */
    public void stop() {
        stopped = true;
        TableScan running = progress.running();
        if (running != null) {
            running.stop();
        }
    }

    /** Verifies both tables from the start position on; completes before the end if stopped. */
    public CompletableFuture<Void> all() {
        return phase(progress.position());
    }

    private CompletableFuture<Void> phase(Position from) {
        progress = new Progress(from.phase(), from.scan(), null);
        return switch (from.phase()) {
            case DIGEST -> scan(tables.targetClient(), tables.target(), this::digest, Phase.ITEMS);
            case ITEMS -> scan(tables.sourceClient(), tables.source(), this::compareItems, Phase.ROWS);
            case ROWS ->
                seen.allClaimed() && foreign.get() == 0
                        ? phase(new Position(Phase.DONE, from.scan()))
                        : scan(tables.targetClient(), tables.target(), this::compareRows, Phase.DONE);
            case DONE -> CompletableFuture.completedFuture(null);
        };
    }

    private CompletableFuture<Void> scan(
            DynamoDbAsyncClient client,
            String table,
            Function<ScanPage, CompletableFuture<Void>> consumer,
            Phase next) {
        TableScan running = new TableScan(client, table, TableScan.Options.USUAL, progress.start(), calls);
        progress = new Progress(progress.phase(), progress.start(), running);
        if (stopped) {
            return CompletableFuture.completedFuture(null);
        }
        return running.run(consumer).thenCompose(read -> confirmation.settle()).thenCompose(settled -> {
            progress = new Progress(progress.phase(), running.position(), null);
            return running.position().finished()
                    ? phase(new Position(next, ScanPosition.start(segments)))
                    : CompletableFuture.completedFuture(null);
        });
    }

    private CompletableFuture<Void> digest(ScanPage page) {
        counts.addRows(page.items().size());
        for (Item item : page.items()) {
            StoredRow row = route.stored(item);
            Optional<ItemKey> owner = row.stamp().map(stamp -> stamp.owner());
            if (row.tombstone() || owner.filter(route::isSibling).isPresent()) {
                continue;
            }
            if (owner.flatMap(route::keyOf).isEmpty()) {
                foreign.incrementAndGet();
            } else {
                seen.add(
                        place(owner.get(), row.row().key()),
                        RowDigest.of(row.row().item().attributes()));
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> compareItems(ScanPage page) {
        counts.addItems(page.items().size());
        List<Suspect> suspects = new ArrayList<>();
        page.items().forEach(item -> compare(item).ifPresent(suspects::add));
        return confirmation.add(suspects);
    }

    /** The item as a suspect; empty if its row has been seen as it should be. */
    private Optional<Suspect> compare(Item item) {
        Optional<Row> row = route.row(item);
        if (row.isEmpty()) {
            return Optional.empty();
        }
        Item sourceKey = route.sourceKey(item);
        Claim claim = seen.claim(
                place(route.owner(sourceKey), row.get().key()),
                RowDigest.of(row.get().item().attributes()));
        return claim == Claim.EQUAL
                ? Optional.empty()
                : Optional.of(new Suspect.OfItem(sourceKey, row.get().key()));
    }

    private CompletableFuture<Void> compareRows(ScanPage page) {
        counts.addRows(page.items().size());
        List<Suspect> suspects = new ArrayList<>();
        for (Item item : page.items()) {
            StoredRow row = route.stored(item);
            Optional<ItemKey> owner = row.stamp().map(stamp -> stamp.owner());
            boolean claimed = owner.filter(
                            item2 -> seen.isClaimed(place(item2, row.row().key())))
                    .isPresent();
            if (!row.tombstone() && !claimed && owner.filter(route::isSibling).isEmpty()) {
                suspects.add(new Suspect.OfRow(row.row().key()));
            }
        }
        return confirmation.add(suspects);
    }

    private static long place(ItemKey owner, Item rowKey) {
        return RowDigest.of(owner.encoded(), rowKey.attributes());
    }

    /** Verifies about this number of random items, and as many random rows. */
    public CompletableFuture<Void> sample(int number, RandomGenerator random) {
        List<Suspect> suspects = new ArrayList<>();
        return new TableSample(tables.sourceClient(), tables.source(), calls, random)
                .read(number, item -> {
                    counts.addItems(1);
                    route.row(item)
                            .ifPresent(row -> suspects.add(new Suspect.OfItem(route.sourceKey(item), row.key())));
                })
                .thenCompose(read -> new TableSample(tables.targetClient(), tables.target(), calls, random)
                        .read(number, row -> {
                            counts.addRows(1);
                            suspects.add(new Suspect.OfRow(route.targetKey(row)));
                        }))
                .thenCompose(read -> confirmation.add(suspects))
                .thenCompose(added -> confirmation.settle());
    }

    /**
     * Verifies one item and the row under its key.
     *
     * @param item as it is now
     * @return completes with whether it has a key in the target, so that a row was looked for
     */
    public CompletableFuture<Boolean> item(Item item) {
        counts.addItems(1);
        List<Suspect> suspects = route.row(item)
                .map(row -> List.<Suspect>of(new Suspect.OfItem(route.sourceKey(item), row.key())))
                .orElse(List.of());
        return confirmation
                .add(suspects)
                .thenCompose(added -> confirmation.settle())
                .thenApply(settled -> !suspects.isEmpty());
    }

    /**
     * Verifies that there is no row of an item that does not exist, where that can be known: the key of its row follows from
     * its own, and the route keeps no rows of removed items.
     *
     * @return completes with whether it was looked for
     */
    public CompletableFuture<Boolean> absent(Item sourceKey) {
        if (route.keepsRemoved()
                || !sourceKey
                        .attributes()
                        .keySet()
                        .containsAll(route.projection().keySources())) {
            return CompletableFuture.completedFuture(false);
        }
        List<Suspect> suspects = route.row(sourceKey)
                .map(row -> List.<Suspect>of(new Suspect.OfRow(row.key())))
                .orElse(List.of());
        return confirmation
                .add(suspects)
                .thenCompose(added -> confirmation.settle())
                .thenApply(settled -> true);
    }
}
