package dev.tributary.items;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Bounds the reads of items that are under way at once, and with them the heap that they take: how long an item is shows
 * only when it has been read. Further reads wait for their turn. Safe for any thread; never blocks.
 */
public final class ReadLimiter {

    /** What an item of the largest size, 400 KB of text, takes as an answer of DynamoDB, as an item, and as JSON. */
    private static final int LARGEST_READ = 2 << 20;

    /** The part of the heap that is given away. */
    private static final int PART_OF_HEAP = 8;

    private static final int FEWEST = 4;
    private static final int MOST = 256;

    /** A read that waited longer is refused; its caller may have given up. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final ConcurrencyLimiter turns;
    private final LongSupplier nanoTime;

    /** @param nanoTime a monotonic clock */
    ReadLimiter(int atOnce, LongSupplier nanoTime) {
        this.turns = new ConcurrencyLimiter(atOnce);
        this.nanoTime = nanoTime;
    }

    /** As many as the heap of this process has room for. */
    public static ReadLimiter ofHeap() {
        return new ReadLimiter(atOnce(), System::nanoTime);
    }

    /**
     * Reads at once that the heap of this process has room for. The SDK keeps with each idle connection the last response
     * that came over it, so the client for requests must not have more connections than this.
     */
    public static int atOnce() {
        return (int) Math.min(MOST, Math.max(FEWEST, Runtime.getRuntime().maxMemory() / PART_OF_HEAP / LARGEST_READ));
    }

    /**
     * Starts a read at its turn.
     *
     * @return ends as the read does; empty if its turn came too late, and it was not started
     */
    public <T> CompletableFuture<Optional<T>> take(Supplier<CompletableFuture<T>> read) {
        long asked = nanoTime.getAsLong();
        return turns.take(() -> nanoTime.getAsLong() - asked > LONGEST_WAIT.toNanos()
                ? CompletableFuture.completedFuture(Optional.empty())
                : read.get().thenApply(Optional::of));
    }
}
