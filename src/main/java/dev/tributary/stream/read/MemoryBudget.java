package dev.tributary.stream.read;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;

/**
 * What this process holds of one source: the changes that were read and have not ended on every route, in bytes of
 * memory as {@link HeapEstimate} has them.
 *
 * <p>A shard is not read while it, or the source as a whole, holds too much. So memory is bounded whatever the targets
 * do, however large the items are and however many shards there are. Where nothing is held, a read is always allowed,
 * also one that returns more than the bound.
 *
 * <p>Nobody waits here: a shard that may not be read now asks again after its poll interval. Safe for any thread.
 */
public final class MemoryBudget {

    /** A read returns up to 1 MB as DynamoDB counts, and takes at least twice that. */
    static final long READ_BYTES = 2L << 20;

    /** Reads until an unusually large one is forgotten, about. */
    private static final int MEMORY = 16;

    private final long limit;
    private final long shardLimit;
    private final Map<String, Shard> shards = new HashMap<>();
    private long held;

    /** What a read must be expected to bring: as much as the largest of late. Items of a table are much alike. */
    private long expected = READ_BYTES;

    /**
     * @param limit bytes that all shards may hold together
     * @param shardLimit bytes that one shard may hold; a half of {@code limit} at most, so that one shard whose changes
     *     do not end leaves room to the others
     */
    public MemoryBudget(long limit, long shardLimit) {
        this.limit = limit;
        this.shardLimit = Math.min(shardLimit, limit / 2);
    }

    public void measure(String source, MeterRegistry registry) {
        Gauge.builder("tributary.changes.held", this, MemoryBudget::held)
                .description("Memory taken by changes that were read and have not ended on every route, about")
                .baseUnit("bytes")
                .tag("source", source)
                .register(registry);
    }

    synchronized long held() {
        return held;
    }

    /** Begins to count for a reader of the shard; one that was there before has come to its end. */
    public synchronized Shard open(String shardId) {
        Shard shard = new Shard();
        Shard before = shards.put(shardId, shard);
        if (before != null) {
            before.close();
        }
        return shard;
    }

    /** That of the shard's present reader. */
    public synchronized Shard of(String shardId) {
        return shards.computeIfAbsent(shardId, id -> new Shard());
    }

    /** What one reader of a shard holds. */
    public final class Shard {

        /** Read, and not taken yet: lost to us when KCL drops what it has queued. */
        private long queued;

        private long open;
        private long reserved;
        private boolean closed;

        private Shard() {}

        /** Whether the shard may be read now. If so, {@link #read} has to follow. */
        boolean mayRead() {
            synchronized (MemoryBudget.this) {
                long ours = queued + open;
                boolean room = held == 0 || held + expected <= limit;
                boolean shardRoom = ours == 0 || ours < shardLimit;
                if (closed || !room || !shardRoom) {
                    return false;
                }
                reserved = expected;
                held += reserved;
                return true;
            }
        }

        /**
         * The shard was read.
         *
         * @param bytes what came; 0 also if the read failed
         */
        void read(long bytes) {
            synchronized (MemoryBudget.this) {
                held -= reserved;
                reserved = 0;
                expected = Math.max(READ_BYTES, Math.max(bytes, expected - expected / MEMORY));
                if (!closed) {
                    queued += bytes;
                    held += bytes;
                }
            }
        }

        /** A change that was read is under way to the targets. */
        public void taken(long bytes) {
            synchronized (MemoryBudget.this) {
                if (!closed) {
                    long counted = Math.min(queued, bytes);
                    queued -= counted;
                    open += bytes;
                    held += bytes - counted;
                }
            }
        }

        /** A change that was taken has ended. */
        public void ended(long bytes) {
            synchronized (MemoryBudget.this) {
                if (!closed) {
                    open -= bytes;
                    held -= bytes;
                }
            }
        }

        /** What was read and not taken is dropped, and will be read again. */
        void restarted() {
            synchronized (MemoryBudget.this) {
                if (!closed) {
                    held -= queued;
                    queued = 0;
                }
            }
        }

        /** Nothing of the shard is of use any more. */
        public void close() {
            synchronized (MemoryBudget.this) {
                if (!closed) {
                    closed = true;
                    held -= queued + open;
                    shards.values().remove(this);
                }
            }
        }
    }
}
