package dev.tributary.items;

import dev.tributary.ordering.ConcurrencyLimiter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Bounds the reads of items that run at the same time, and with them the heap that they take: the size of an item is
 * known only when it has been read. Further reads wait, up to 2 seconds. Never blocks; safe for any thread.
 */
public final class ReadLimiter {

    /**
     * Bytes of heap for an item of the largest size, 400 KB of text: as DynamoDB's response, as an item and as JSON.
     */
    private static final int LARGEST_READ = 2 << 20;

    /**
     * Bytes of heap for a page of the largest size, a call's megabyte of items, or for the items of a batch, 4 MB in one
     * call.
     */
    private static final int LARGEST_PAGE = 16 << 20;

    private static final int MOST_PAGES = 64;

    /** The reads together take the maximum heap divided by this. */
    private static final int PART_OF_HEAP = 8;

    private static final int FEWEST = 4;
    private static final int MOST = 256;

    /** A read that waited longer is not started; its caller may have given up. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final ConcurrencyLimiter reads;
    private final LongSupplier nanoTime;

    /** @param nanoTime a monotonic clock */
    ReadLimiter(int atOnce, LongSupplier nanoTime) {
        this.reads = new ConcurrencyLimiter(atOnce);
        this.nanoTime = nanoTime;
    }

    /** Allows {@link #atOnce()} reads at the same time. */
    public static ReadLimiter ofHeap() {
        return new ReadLimiter(atOnce(), System::nanoTime);
    }

    /**
     * Reads at the same time for which this process has heap, from 4 to 256. The SDK keeps the last response of each
     * idle connection, so the client for requests must have no more connections than this.
     */
    public static int atOnce() {
        return (int) Math.min(MOST, Math.max(FEWEST, Runtime.getRuntime().maxMemory() / PART_OF_HEAP / LARGEST_READ));
    }

    /** Allows {@link #pagesAtOnce()} reads of many items at the same time. */
    public static ReadLimiter ofPages() {
        return new ReadLimiter(pagesAtOnce(), System::nanoTime);
    }

    /**
     * Reads of many items at the same time for which this process has heap, from 1 to 64. The client for them must have no
     * more connections than this.
     */
    public static int pagesAtOnce() {
        return (int) Math.min(MOST_PAGES, Math.max(1, Runtime.getRuntime().maxMemory() / PART_OF_HEAP / LARGEST_PAGE));
    }

    /**
     * Starts a read now, or when reads before it have ended.
     *
     * @return completes as the read does; empty if the read waited too long and was not started
     */
    public <T> CompletableFuture<Optional<T>> take(Supplier<CompletableFuture<T>> read) {
        long asked = nanoTime.getAsLong();
        return reads.run(() -> nanoTime.getAsLong() - asked > LONGEST_WAIT.toNanos()
                ? CompletableFuture.completedFuture(Optional.empty())
                : read.get().thenApply(Optional::of));
    }
}
