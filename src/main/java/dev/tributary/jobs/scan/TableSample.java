package dev.tributary.jobs.scan;

import dev.tributary.model.Item;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * Reads a sample of a table: the first items of randomly chosen segments of a finely divided scan.
 *
 * <p>A table is ordered by a hash of the partition key, so the sample is random by partition key. Items with the same
 * partition key lie together, and are in the sample together. Safe for any thread.
 */
public final class TableSample {

    /** The most that a small or unevenly filled table costs: a call for each, half a unit at least. */
    private static final int SEGMENTS = 256;

    /** Segments that share a sample, unless they have too few items. */
    private static final int SPREAD = 64;

    private static final int PARALLEL = 8;

    private final PageReader reader;
    private final RandomGenerator random;

    public TableSample(DynamoDbAsyncClient client, String table, PacedCalls calls, RandomGenerator random) {
        this.reader = new PageReader(client, table, false, calls);
        this.random = random;
    }

    /**
     * Reads about as many items as asked for, or all items of a table that has fewer.
     *
     * @param wanted from 1
     * @param consumer receives the items, one after the other
     */
    public CompletableFuture<Void> read(int wanted, Consumer<Item> consumer) {
        List<Integer> segments = IntStream.range(0, SEGMENTS).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(segments, new java.util.Random(random.nextLong()));
        List<SegmentPosition> positions =
                segments.stream().map(SegmentPosition::start).toList();
        return round(positions, Math.max(1, (wanted + SPREAD - 1) / SPREAD), wanted, consumer);
    }

    /**
     * Reads a page of each of the segments, some at a time, until there are enough items, and then further pages of those
     * that have more.
     */
    private CompletableFuture<Void> round(
            List<SegmentPosition> positions, int page, int wanted, Consumer<Item> consumer) {
        CompletableFuture<Round> round = CompletableFuture.completedFuture(new Round(wanted, new ArrayList<>()));
        for (int from = 0; from < positions.size(); from += PARALLEL) {
            List<SegmentPosition> some = positions.subList(from, Math.min(positions.size(), from + PARALLEL));
            round = round.thenCompose(before -> before.wanted() == 0
                    ? CompletableFuture.completedFuture(before)
                    : pages(some, page, before, consumer));
        }
        return round.thenCompose(after -> after.wanted() == 0 || after.left().isEmpty()
                ? CompletableFuture.completedFuture(null)
                : round(after.left(), page, after.wanted(), consumer));
    }

    /**
     * @param wanted items that are still wanted
     * @param left segments with more items
     */
    private record Round(int wanted, List<SegmentPosition> left) {}

    private CompletableFuture<Round> pages(
            List<SegmentPosition> some, int page, Round before, Consumer<Item> consumer) {
        List<CompletableFuture<ScanPage>> reads = some.stream()
                .map(position -> reader.read(SEGMENTS, position, page)
                        .thenApply(response -> new ScanPage(
                                response.items().stream().map(Item::new).toList(),
                                position.after(response.lastEvaluatedKey()))))
                .toList();
        return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new)).thenApply(read -> {
            int wanted = before.wanted();
            for (CompletableFuture<ScanPage> done : reads) {
                ScanPage found = done.join();
                List<Item> taken =
                        found.items().subList(0, Math.min(wanted, found.items().size()));
                taken.forEach(consumer);
                wanted -= taken.size();
                if (!found.end().finished()) {
                    before.left().add(found.end());
                }
            }
            return new Round(wanted, before.left());
        });
    }
}
