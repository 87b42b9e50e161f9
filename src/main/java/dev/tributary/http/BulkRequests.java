package dev.tributary.http;

import dev.tributary.config.BulkLimits;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/** How many requests with many documents there may be at once, of all routes together. Safe for any thread. */
final class BulkRequests {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final BulkLimits limits;
    private final Semaphore free;
    private volatile boolean stopping;

    BulkRequests(BulkLimits limits) {
        this.limits = limits;
        this.free = new Semaphore(limits.requests());
    }

    int maxBytes() {
        return limits.bytes();
    }

    /** @throws ProblemException if there are as many as there may be */
    void begin() {
        if (!free.tryAcquire()) {
            throw new ProblemException(ProblemDocument.of(
                            ProblemType.BUSY,
                            "%d requests with many documents are under way, and there may not be more. Try again."
                                    .formatted(limits.requests()))
                    .with("Retry-After", String.valueOf(RETRY_AFTER.toSeconds())));
        }
    }

    void end() {
        free.release();
    }

    /** Those under way take no more documents. */
    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }
}
