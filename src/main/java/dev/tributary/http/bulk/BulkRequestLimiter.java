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
 * Bounds requests with many documents, of all routes together: how many there may be at once, how many of one caller, how
 * long each may last, and how many documents a caller may send per second. Safe for any thread.
 */
public final class BulkRequestLimiter {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final BulkLimits limits;
    private final Optional<KeyedRateLimiter> rate;
    private final LongSupplier nanos;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** By caller; guarded by this. */
    private final Map<String, Integer> underWay = new HashMap<>();

    /**
     * Documents of these callers are charged to their rate, where there is one.
     *
     * @param rate that requests are charged to
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
     * Begins a request of a caller. It has to be closed.
     *
     * @throws ProblemException if there are as many as there may be
     */
    synchronized Slot begin(String caller) {
        int all = underWay.values().stream().mapToInt(Integer::intValue).sum();
        int own = underWay.getOrDefault(caller, 0);
        if (all >= limits.requests()) {
            throw busy("%d requests with many documents are under way, and there may not be more. Try again."
                    .formatted(limits.requests()));
        }
        if (own >= limits.requestsOfOneCaller()) {
            throw busy(
                    "%d requests with many documents of this caller are under way, and there may not be more. Try again."
                            .formatted(own));
        }
        underWay.put(caller, own + 1);
        return new Slot(caller, nanos.getAsLong() + limits.time().toNanos());
    }

    private static ProblemException busy(String detail) {
        return new ProblemException(ProblemDocument.of(ProblemType.BUSY, detail).retryAfter(RETRY_AFTER));
    }

    private synchronized void end(String caller) {
        underWay.computeIfPresent(caller, (name, requests) -> requests == 1 ? null : requests - 1);
    }

    /** Those under way take no more documents. */
    public void stop() {
        stopped.countDown();
    }

    boolean isStopping() {
        return stopped.getCount() == 0;
    }

    /** One request under way. For one thread. */
    final class Slot implements AutoCloseable {

        private final String caller;
        private final long end;
        private boolean charged;

        private Slot(String caller, long end) {
            this.caller = caller;
            this.end = end;
        }

        /** Why the request takes no more documents; empty if it does. */
        Optional<ProblemDocument> over() {
            if (isStopping()) {
                return Optional.of(ProblemDocument.of(
                        ProblemType.STOPPING, "Send what has no line here again when the server is back."));
            }
            return nanos.getAsLong() - end < 0
                    ? Optional.empty()
                    : Optional.of(ProblemDocument.of(
                            ProblemType.REQUEST_TIMEOUT,
                            "A request with many documents may take %d s. Send what has no line here in another one."
                                    .formatted(limits.time().toSeconds())));
        }

        /**
         * Charges a document to the caller's rate, and waits until that allows it. The first is charged with the request.
         *
         * @return why the request takes no more documents; empty if it does
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

        /** Until the time is over or the server stops. */
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
