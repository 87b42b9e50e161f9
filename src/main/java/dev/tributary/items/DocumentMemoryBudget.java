package dev.tributary.items;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bounds the heap of the documents of all requests in progress: the item that is read from a document, the request
 * that is sent for it, and its fingerprint. JSON of many small values takes a hundred times its bytes on the heap, so
 * a bound of bytes is not enough. Safe for any thread.
 *
 * <p>The heap of a document is estimated from its text before it is parsed, by the objects that it can become, and
 * rather too high. A single document always fits.
 */
public final class DocumentMemoryBudget {

    /** Bytes for an attribute value, its place in a list or map, and its digits. */
    private static final int VALUE = 160;

    /** Bytes for a list or a map with room for a few elements. */
    private static final int CONTAINER = 160;

    /** Bytes for a name and its place in a map. */
    private static final int NAME = 100;

    /** Bytes for a character: received, kept, and sent. */
    private static final int PER_BYTE = 4;

    /** Bytes for the digits of a number that was written with an exponent. */
    private static final int EXPONENT = 150;

    /** The documents together take the maximum heap divided by this. */
    private static final int PART_OF_HEAP = 8;

    private static final int UNIT = 1024;

    private final int units;
    private final Semaphore free;

    /** @param bytes of heap for all documents together */
    DocumentMemoryBudget(long bytes) {
        this.units = Math.toIntExact(Math.max(1, Math.min(bytes / UNIT, Integer.MAX_VALUE)));
        this.free = new Semaphore(units, true);
    }

    /** A budget of an eighth of the maximum heap of this process. */
    public static DocumentMemoryBudget ofHeap() {
        return new DocumentMemoryBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /** Heap that is reserved. Closing it releases the heap, once. */
    public final class Claim implements AutoCloseable {
        private final int taken;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Claim(int taken) {
            this.taken = taken;
        }

        @Override
        public void close() {
            if (open.getAndSet(false)) {
                free.release(taken);
            }
        }
    }

    /**
     * Reserves the heap of a document; to be held from before it is parsed until its request has ended.
     *
     * @param document JSON in UTF-8, which need not be valid
     * @return empty if too little is free
     */
    public Optional<Claim> claim(byte[] document) {
        int wanted = units(document);
        return free.tryAcquire(wanted) ? Optional.of(new Claim(wanted)) : Optional.empty();
    }

    /**
     * Reserves the heap of a document, and waits until enough is free; in the order of the calls.
     *
     * @return empty if too little became free in this time
     */
    public Optional<Claim> claim(byte[] document, Duration longest) throws InterruptedException {
        int wanted = units(document);
        return free.tryAcquire(wanted, longest.toNanos(), TimeUnit.NANOSECONDS)
                ? Optional.of(new Claim(wanted))
                : Optional.empty();
    }

    private int units(byte[] document) {
        return (int) Math.min(units, 1 + estimate(document) / UNIT);
    }

    /** The estimate in bytes, from one pass over the text, which need not be JSON. */
    static long estimate(byte[] document) {
        long bytes = VALUE + (long) PER_BYTE * document.length;
        boolean quoted = false;
        boolean escaped = false;
        for (byte next : document) {
            if (quoted) {
                quoted = escaped || next != '"';
                escaped = !escaped && next == '\\';
                continue;
            }
            bytes += switch (next) {
                case ',' -> VALUE;
                case ':' -> NAME;
                case '{', '[' -> CONTAINER + VALUE;
                case 'e', 'E' -> EXPONENT;
                case '"' -> {
                    quoted = true;
                    yield 0;
                }
                default -> 0;
            };
        }
        return bytes;
    }
}
