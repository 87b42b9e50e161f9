package dev.tributary.http.status;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What the status page shows, given by a test. */
public final class GivenStatus implements StatusSource {

    /** Calls of {@link #now()}. */
    final AtomicInteger calls = new AtomicInteger();

    /** Calls of {@link #tables()}. */
    final AtomicInteger reads = new AtomicInteger();

    /** Thrown once each by {@link #now()}. */
    final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();

    private final Supplier<String> now;

    public GivenStatus() {
        this(() -> "");
    }

    /** @param now gives the text of each event */
    GivenStatus(Supplier<String> now) {
        this.now = now;
    }

    /** A page with nothing on it. */
    public static StatusPage page() {
        return page(new GivenStatus());
    }

    static StatusPage page(StatusSource source) {
        return new StatusPage(source, new GivenActions(), Duration.ofHours(1));
    }

    @Override
    public StatusEvent first() {
        return new StatusEvent("first", "{}");
    }

    @Override
    public List<StatusEvent> now() {
        RuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        return List.of(new StatusEvent("now", "{\"call\":" + calls.incrementAndGet() + "}" + now.get()));
    }

    @Override
    public CompletableFuture<StatusEvent> tables() {
        return CompletableFuture.completedFuture(
                new StatusEvent("tables", "{\"read\":" + reads.incrementAndGet() + "}"));
    }
}
