package dev.tributary.jobs.verify;

import java.util.BitSet;

/**
 * Digests of the rows that a scan of the target has seen, so that a scan of the source can be compared with them without
 * reading each row by its key, and which of them a source item has claimed.
 *
 * <p>Bounded: rows beyond the capacity are not kept, and then {@link #complete} is false. Open addressing with linear probing
 * over two arrays, 16 bytes for each slot. Safe for any thread.
 */
final class SeenRows {

    /** Bytes of heap for one row of the capacity. */
    static final int BYTES_PER_ROW = 24;

    /** Rows of the capacity per slot, so that searches stay short, and the longest ends at a free slot. */
    private static final double LOAD = 0.7;

    private final int capacity;
    private final long[] places;
    private final long[] contents;
    private final BitSet claimed = new BitSet();
    private int size;
    private boolean complete = true;

    /** The state of the row that an item should have. */
    enum Claim {
        /** The row was seen with this content. */
        EQUAL,
        /** The row was seen with another content. */
        OTHER,
        /** The row was not seen, or is not kept. */
        UNKNOWN
    }

    /** @param capacity most rows that are kept */
    SeenRows(int capacity) {
        int slots = (int) (capacity / LOAD) + 1;
        this.capacity = capacity;
        this.places = new long[slots];
        this.contents = new long[slots];
    }

    /**
     * Adds a row.
     *
     * @param place digest of its owner and its key
     * @param content digest of its attributes
     */
    synchronized void add(long place, long content) {
        int slot = slot(place);
        if (places[slot] == 0) {
            if (size == capacity) {
                complete = false;
                return;
            }
            size++;
            places[slot] = nonZero(place);
        }
        contents[slot] = content;
    }

    /** Compares the row that an item should have with the one that was seen, and claims that for the item. */
    synchronized Claim claim(long place, long content) {
        int slot = slot(place);
        if (places[slot] == 0) {
            return Claim.UNKNOWN;
        }
        claimed.set(slot);
        return contents[slot] == content ? Claim.EQUAL : Claim.OTHER;
    }

    /** Whether an item has claimed the row. */
    synchronized boolean isClaimed(long place) {
        int slot = slot(place);
        return places[slot] != 0 && claimed.get(slot);
    }

    /** Whether every row that was seen is kept and claimed. */
    synchronized boolean allClaimed() {
        return complete && claimed.cardinality() == size;
    }

    /** The slot of the place, or the free one where it would be. */
    private int slot(long place) {
        long wanted = nonZero(place);
        int slot = (int) Math.multiplyHigh(wanted >>> 1, 2L * places.length); // as its fraction of all digests
        while (places[slot] != 0 && places[slot] != wanted) {
            slot = slot + 1 < places.length ? slot + 1 : 0;
        }
        return slot;
    }

    /** Zero marks a free slot. */
    private static long nonZero(long place) {
        return place == 0 ? 1 : place;
    }
}
