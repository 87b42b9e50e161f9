package dev.tributary.http.server;

import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Bounds the heap of replies that clients have not read, over all requests. Safe for any thread.
 */
final class ReplyMemoryBudget {

    /** Bytes up to which a reply is not counted: one for each open request is little. */
    private static final int SHORT = 16 * 1024;

    /** The budget is the heap divided by this. */
    private static final int PART_OF_HEAP = 8;

    private final Semaphore free;

    /** @param bytes of long replies that may be held at once */
    ReplyMemoryBudget(long bytes) {
        this.free = new Semaphore((int) Math.min(bytes, Integer.MAX_VALUE));
    }

    /** A budget that is an eighth of the heap of this process. */
    static ReplyMemoryBudget ofHeap() {
        return new ReplyMemoryBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /**
     * Claims the memory of a reply.
     *
     * @return releases the memory, to be run once; empty if there is not enough
     */
    Optional<Runnable> claim(int bytes) {
        if (bytes <= SHORT) {
            return Optional.of(() -> {});
        }
        return free.tryAcquire(bytes) ? Optional.of(() -> free.release(bytes)) : Optional.empty();
    }
}
