package dev.tributary.items;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bounds the heap that documents take while their requests are under way, those of all routes together: the item that is
 * read from them, what is sent for it, and what their fingerprint takes. JSON of many small values takes a hundred times
 * its bytes, so their bytes alone bound nothing. Safe for any thread.
 *
 * <p>What a document takes is estimated from its text before it is read, by the objects that it can become: rather more
 * than it does take. One document alone always finds room.
 */
public final class DocumentMemoryBudget {

    /** An attribute value, its place in a list or map, and its digits. */
    private static final int VALUE = 160;

    /** A list or a map with room for a few elements. */
    private static final int CONTAINER = 160;

    /** A name and its place in a map. */
    private static final int NAME = 100;

    /** A character of text, as it was sent, as it is kept, and as it is sent on. */
    private static final int PER_BYTE = 4;

    /** What the digits of a number with an exponent take without it. */
    private static final int EXPONENT = 150;

    /** The part of the heap that is given away; the rest of the process has other uses for it. */
    private static final int PART_OF_HEAP = 8;

    private static final int UNIT = 1024;

    private final int units;
    private final Semaphore free;

    /** @param bytes that may be taken at once */
    DocumentMemoryBudget(long bytes) {
        this.units = Math.toIntExact(Math.max(1, Math.min(bytes / UNIT, Integer.MAX_VALUE)));
        this.free = new Semaphore(units, true);
    }

    /** Of a part of the heap of this process. */
    public static DocumentMemoryBudget ofHeap() {
        return new DocumentMemoryBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /** Room that is taken. Closing it gives it back, once. */
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
     * Takes the room that a document needs, to be held from before it is read until its request has ended.
     *
     * @param document JSON in UTF-8, or meant to be
     * @return empty if others have it
     */
    public Optional<Claim> claim(byte[] document) {
        int wanted = units(document);
        return free.tryAcquire(wanted) ? Optional.of(new Claim(wanted)) : Optional.empty();
    }

    /**
     * Does the same, and waits until there is room, which those who came first get first.
     *
     * @return empty if there was none in this time
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

    /** In bytes. One pass over the text, which need not be JSON. */
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
