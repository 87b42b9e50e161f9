package dev.tributary.replication;

import java.util.concurrent.CompletableFuture;

/** Waits until the replication of a source has caught up with it. */
public interface CatchUp {

    /** How a wait has ended. */
    enum Result {
        /** Every change that was made before the wait has ended on every route. */
        CAUGHT_UP,
        /** No worker reads the source, so nothing is on its way and nothing will be. */
        NO_WORKER,
        /** Changes that were made before the wait are still open. */
        BEHIND
    }

    /** Waits for every change that was made before this call. */
    CompletableFuture<Result> await();
}
