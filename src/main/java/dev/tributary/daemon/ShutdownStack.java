package dev.tributary.daemon;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The started parts of the process, closed in the reverse order of their start. Safe for any thread. */
final class ShutdownStack {

    private static final Logger log = LoggerFactory.getLogger(ShutdownStack.class);

    /** The last started first; guarded by this. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /** Nothing may be started any more; guarded by this. */
    private boolean closing;

    /**
     * Adds a part that has started.
     *
     * @throws CancellationException if {@link #close} came first; the part is closed then
     */
    <T extends AutoCloseable> T push(T part) {
        synchronized (this) {
            if (!closing) {
                parts.push(part);
                return part;
            }
        }
        try {
            close(part);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw stopped();
    }

    /**
     * Runs a short action that {@link #close} waits for.
     *
     * @throws CancellationException if {@link #close} came first
     */
    synchronized void unlessClosing(Runnable action) {
        if (closing) {
            throw stopped();
        }
        action.run();
    }

    /** Closes all parts, and those that are added meanwhile. A part that cannot be closed is logged. */
    void close() throws InterruptedException {
        for (AutoCloseable part = next(); part != null; part = next()) {
            close(part);
        }
    }

    private synchronized @Nullable AutoCloseable next() {
        closing = true;
        return parts.poll();
    }

    private static void close(AutoCloseable part) throws InterruptedException {
        try {
            part.close();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            log.warn("could not be closed: {}", part, e);
        }
    }

    private static CancellationException stopped() {
        return new CancellationException("stopped while starting");
    }
}
