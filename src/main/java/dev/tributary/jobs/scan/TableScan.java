package dev.tributary.jobs.scan;

import dev.tributary.model.Item;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/**
 * Reads a table in parallel segments, page by page.
 *
 * <p>Each segment reads one page ahead, so memory is bounded by two pages for each segment. Pages of a segment are passed on
 * in order, one after the other. An item that is written during the scan may be read in its old or its new state, or not at
 * all if it is new.
 *
 * <p>Used once. {@link #stop()} and {@link #position()} may be called by any thread.
 */
public final class TableScan {

    private final PageReader reader;
    private final int pageItems;
    private final PacedCalls calls;
    private volatile ScanPosition position;
    private volatile boolean stopped;

    /**
     * How to read a table.
     *
     * @param pageItems most items of a page, which is not larger than 1 MB either
     * @param consistent whether items that are not being written are read in their latest state; costs twice
     */
    public record Options(int pageItems, boolean consistent) {

        /** Pages of up to 1,000 items in their latest state or one shortly before. */
        public static final Options USUAL = new Options(1000, false);
    }

    /**
     * @param start the start, or the recorded position of an earlier scan
     */
    public TableScan(DynamoDbAsyncClient client, String table, Options options, ScanPosition start, PacedCalls calls) {
        this.reader = new PageReader(client, table, options.consistent(), calls);
        this.pageItems = options.pageItems();
        this.calls = calls;
        this.position = start;
    }

    /**
     * Reads the table from the start position to its end.
     *
     * @param consumer processes a page, on the threads of the calls' timer; the next page of the segment follows when its
     *     future completes
     * @return completes when every segment has ended; fails with the first failure of a read or of the consumer, after which
     *     the other segments end with the page that they are at
     */
    public CompletableFuture<Void> run(Function<ScanPage, CompletableFuture<Void>> consumer) {
        List<CompletableFuture<Void>> running = position.segments().stream()
                .filter(segment -> !segment.finished())
                .map(segment -> new Segment(segment, consumer).run())
                .toList();
        return CompletableFuture.allOf(running.toArray(CompletableFuture[]::new));
    }

    /** Stops each segment after its current page. The position shows whether the scan has reached its end. */
    public void stop() {
        stopped = true;
    }

    /** The position up to which pages have been processed. */
    public ScanPosition position() {
        return position;
    }

    private synchronized void advance(SegmentPosition segment) {
        position = position.with(segment);
    }

    private final class Segment {

        private final int segments = position.segments().size();
        private final Function<ScanPage, CompletableFuture<Void>> consumer;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        /** Written by one task after the other. */
        private volatile SegmentPosition dealtWith;

        private volatile @Nullable CompletableFuture<ScanResponse> ahead;

        Segment(SegmentPosition start, Function<ScanPage, CompletableFuture<Void>> consumer) {
            this.dealtWith = start;
            this.consumer = consumer;
        }

        CompletableFuture<Void> run() {
            next();
            return done;
        }

        private void next() {
            if (stopped || dealtWith.finished()) {
                done.complete(null);
                return;
            }
            CompletableFuture<ScanResponse> page = ahead == null ? reader.read(segments, dealtWith, pageItems) : ahead;
            ahead = null;
            // Not on the thread of the client, and on an empty stack: pages may be there already.
            page.thenComposeAsync(this::dealWith, calls.timer())
                    .whenCompleteAsync(
                            (end, thrown) -> {
                                if (thrown == null) {
                                    dealtWith = end;
                                    advance(end);
                                    next();
                                } else {
                                    stop();
                                    done.completeExceptionally(thrown);
                                }
                            },
                            calls.timer());
        }

        private CompletableFuture<SegmentPosition> dealWith(ScanResponse response) {
            SegmentPosition end = dealtWith.after(response.lastEvaluatedKey());
            if (!end.finished() && !stopped) {
                ahead = reader.read(segments, end, pageItems);
            }
            return consumer.apply(new ScanPage(
                            response.items().stream().map(Item::new).toList(), end))
                    .thenApply(consumed -> end);
        }
    }
}
