package dev.tributary.stream.read;

import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds the heap that the changes of one source take from when they are read until they have ended on every route, in
 * bytes of {@link HeapEstimate}.
 *
 * <p>A shard is not read while it, or the source as a whole, holds too much. So memory is bounded whatever the targets do,
 * the size of the items and the number of shards. If nothing is held, a read is always permitted, even one that returns
 * more than the bound.
 *
 * <p>Methods do not wait: a shard that may not be read tries again after its poll interval. Safe for any thread.
 */
public final class MemoryBudget {

    private static final Metric HELD =
            Metric.gauge("tributary.changes.held", """
            Memory of the changes that were read and are not in every target, about. Near its share of a quarter of the heap,
            reading waits for the targets.""", "source").in("bytes");

    /** A read returns up to 1 MB in DynamoDB's count, and takes at least twice that on the heap. */
    static final long READ_BYTES = 2L << 20;

    /** Approximate number of reads after which an unusually large one no longer counts. */
    private static final int MEMORY = 16;

    private final long limit;
    private final long shardLimit;
    private final Map<String, Shard> shards = new HashMap<>();
    private long held;

    /** Bytes that a read is expected to return: as many as the largest recent one. Items of a table are alike. */
    private long expected = READ_BYTES;

    /**
     * @param limit bytes that all shards together may hold
     * @param shardLimit bytes that one shard may hold; reduced to half of {@code limit}, so that a shard whose changes do
     *     not end leaves room for the others
     */
    public MemoryBudget(long limit, long shardLimit) {
        this.limit = limit;
        this.shardLimit = Math.min(shardLimit, limit / 2);
    }

    /** Registers the gauge of the bytes held. */
    public void measure(String source, MeterRegistry registry) {
        HELD.gauge(registry, this, MemoryBudget::held, source);
    }

    synchronized long held() {
        return held;
    }

    /** Starts to count for a new reader of the shard; the count of an earlier one is closed. */
    public synchronized Shard open(String shardId) {
        Shard shard = new Shard();
        Shard before = shards.put(shardId, shard);
        if (before != null) {
            before.close();
        }
        return shard;
    }

    /** The count of the shard's current reader. */
    public synchronized Shard of(String shardId) {
        return shards.computeIfAbsent(shardId, id -> new Shard());
    }

    /** The bytes that one reader of a shard holds. */
    public final class Shard {

        /** Bytes read and not taken yet; KCL may drop them from its queue. */
        private long queued;

        private long open;
        private long reserved;
        private boolean closed;

        private Shard() {}

        /** Whether the shard may be read now. If so, {@link #read} must follow. */
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
         * Records a read.
         *
         * @param bytes of the records; 0 if the read failed
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

        /** A change that was read has been submitted to the pipeline. */
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

        /** A change that was taken has ended on every route. */
        public void ended(long bytes) {
            synchronized (MemoryBudget.this) {
                if (!closed) {
                    open -= bytes;
                    held -= bytes;
                }
            }
        }

        /** KCL dropped the records that were not taken, and will read them again. */
        void restarted() {
            synchronized (MemoryBudget.this) {
                if (!closed) {
                    held -= queued;
                    queued = 0;
                }
            }
        }

        /** Releases everything; later calls have no effect. */
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
