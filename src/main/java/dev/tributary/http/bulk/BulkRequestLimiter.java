package dev.tributary.http.bulk;

import dev.tributary.http.access.KeyedRateLimiter;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds bulk requests, over all resources: how many are open, how many of one caller, how long each may last, and how many
 * documents a caller may send per second. Safe for any thread.
 */
public final class BulkRequestLimiter {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final BulkLimits limits;
    private final Optional<KeyedRateLimiter> rate;
    private final LongSupplier nanos;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Open requests by caller. Guarded by this. */
    private final Map<String, Integer> open = new HashMap<>();

    /**
     * Creates a limiter.
     *
     * @param rate that documents are charged to, as requests are; empty if there is none
     * @param nanos a clock like {@link System#nanoTime}
     */
    public BulkRequestLimiter(BulkLimits limits, Optional<KeyedRateLimiter> rate, LongSupplier nanos) {
        this.limits = limits;
        this.rate = rate;
        this.nanos = nanos;
    }

    int maxBytes() {
        return limits.bytes();
    }

    /**
     * Begins a request of a caller. The slot has to be closed.
     *
     * @throws ProblemException if all slots are taken
     */
    synchronized Slot begin(String caller) {
        int all = open.values().stream().mapToInt(Integer::intValue).sum();
        int own = open.getOrDefault(caller, 0);
        if (all >= limits.requests()) {
            throw busy("%d bulk requests are open, which is the limit. Try again.".formatted(limits.requests()));
        }
        if (own >= limits.requestsOfOneCaller()) {
            throw busy("%d bulk requests of this caller are open, which is the limit. Try again.".formatted(own));
        }
        open.put(caller, own + 1);
        return new Slot(caller, nanos.getAsLong() + limits.time().toNanos());
    }

    private static ProblemException busy(String detail) {
        return new ProblemException(ProblemDocument.of(ProblemType.BUSY, detail).retryAfter(RETRY_AFTER));
    }

    private synchronized void end(String caller) {
        open.computeIfPresent(caller, (name, requests) -> requests == 1 ? null : requests - 1);
    }

    /** Makes open requests end before their next document. */
    public void stop() {
        stopped.countDown();
    }

    boolean isStopping() {
        return stopped.getCount() == 0;
    }

    /** One open request. For one thread. */
    final class Slot implements AutoCloseable {

        private final String caller;
        private final long end;
        private boolean charged;

        private Slot(String caller, long end) {
            this.caller = caller;
            this.end = end;
        }

        /** Why the request has to end; empty if it may continue. */
        Optional<ProblemDocument> over() {
            if (isStopping()) {
                return Optional.of(ProblemDocument.of(
                        ProblemType.STOPPING, "Send the documents without a line again when the server is back."));
            }
            return nanos.getAsLong() - end < 0
                    ? Optional.empty()
                    : Optional.of(ProblemDocument.of(
                            ProblemType.REQUEST_TIMEOUT,
                            "A bulk request may take %d s. Send the documents without a line in another one."
                                    .formatted(limits.time().toSeconds())));
        }

        /**
         * Charges a document to the caller's rate, and waits until that allows it. The first is charged with the request.
         *
         * @return why the request has to end; empty if it may continue
         */
        Optional<ProblemDocument> charge() {
            if (charged && rate.isPresent()) {
                Duration wait = rate.get().take(caller);
                while (!wait.isZero() && over().isEmpty()) {
                    sleep(Math.min(wait.toNanos(), Math.max(1, end - nanos.getAsLong())));
                    wait = rate.get().take(caller);
                }
            }
            charged = true;
            return over();
        }

        /** Waits until the time is over or the server stops. */
        private void sleep(long nanoseconds) {
            try {
                boolean unused = stopped.await(nanoseconds, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop();
            }
        }

        @Override
        public void close() {
            end(caller);
        }
    }
}
