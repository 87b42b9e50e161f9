package dev.tributary.http.server;

import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Bounds the heap that long answers take until their clients have read them, those of all requests together. Safe for any
 * thread.
 */
final class ReplyMemoryBudget {

    /** What is shorter is sent in any case: as many as requests may be under way are little. */
    private static final int SHORT = 16 * 1024;

    /** The part of the heap that is given away. */
    private static final int PART_OF_HEAP = 8;

    private final Semaphore free;

    /** @param bytes of long answers that may be held at once */
    ReplyMemoryBudget(long bytes) {
        this.free = new Semaphore((int) Math.min(bytes, Integer.MAX_VALUE));
    }

    /** Of a part of the heap of this process. */
    static ReplyMemoryBudget ofHeap() {
        return new ReplyMemoryBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /**
     * Takes the room for an answer.
     *
     * @return what gives it back, to be run once; empty if others have the room
     */
    Optional<Runnable> claim(int bytes) {
        if (bytes <= SHORT) {
            return Optional.of(() -> {});
        }
        return free.tryAcquire(bytes) ? Optional.of(() -> free.release(bytes)) : Optional.empty();
    }
}
