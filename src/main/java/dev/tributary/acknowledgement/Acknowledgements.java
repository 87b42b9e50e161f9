package dev.tributary.acknowledgement;

import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the ends of writes from the workers to the requests that wait for them, in this process or in another one. Safe for
 * any thread; never blocks.
 *
 * <p>A worker completes the waiting request of its own process. If there is none, it stores the end of the write in the
 * table: the request is in another process, or it has timed out and its client asks later.
 */
public final class Acknowledgements {

    private static final Logger log = LoggerFactory.getLogger(Acknowledgements.class);

    /** The table is read after this time, and then after pauses that grow by a half. */
    private static final Duration FIRST_READ = Duration.ofMillis(40);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private final AcknowledgementTable table;
    private final ScheduledExecutorService timer;
    private final Map<WriteMark, Wait> waiting = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    public Acknowledgements(AcknowledgementTable table, ScheduledExecutorService timer) {
        this.table = table;
        this.timer = timer;
    }

    /** A request that is to wait for a write. */
    public final class Wait {
        private final WriteMark mark = WriteMark.random();

        /** Empty if nothing waits any more. */
        private final CompletableFuture<Optional<Acknowledgement>> end = new CompletableFuture<>();

        private Wait() {
            waiting.put(mark, this);
        }

        /** The mark to write. */
        public WriteMark mark() {
            return mark;
        }

        /** Waits until the write has ended; empty if the time is over first, or the process stops. Never fails. */
        public CompletableFuture<Optional<Acknowledgement>> await(Duration longest) {
            readLater(FIRST_READ);
            return end.completeOnTimeout(Optional.empty(), longest.toNanos(), TimeUnit.NANOSECONDS)
                    .whenComplete((found, failure) -> waiting.remove(mark));
        }

        /** Ends the wait: from now on a worker stores the end of the write in the table. */
        public void giveUp() {
            end.complete(Optional.empty());
            waiting.remove(mark);
        }

        private void readLater(Duration pause) {
            if (!end.isDone()) {
                timer.schedule(() -> read(pause), pause.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private void read(Duration pause) {
            if (end.isDone()) {
                return;
            }
            CompletableFuture<Void> unused = table.find(mark).handle((found, failure) -> {
                if (failure == null && found.isPresent()) {
                    end.complete(found);
                    return null;
                }
                if (failure != null) {
                    log.debug("table {} could not be read", table.name(), Failures.unwrap(failure));
                }
                Duration next = pause.multipliedBy(3).dividedBy(2);
                readLater(next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE);
                return null;
            });
        }
    }

    /** Begins to wait for a write, before it is sent. */
    public Wait begin() {
        Wait wait = new Wait();
        if (stopped) {
            wait.giveUp();
        }
        return wait;
    }

    /** Ends all waits, also those that begin later: a worker of another process may have to end their writes. */
    public void stop() {
        stopped = true;
        waiting.values().forEach(Wait::giveUp);
    }

    /** Finds the end of a write for a client that asks later; empty if it has not ended, or ended more than an hour ago. */
    public CompletableFuture<Optional<Acknowledgement>> find(WriteMark mark) {
        return table.find(mark);
    }

    /** Passes on that a write has ended on every route. A client that learns of a failure gets a URI, which has to tell it too. */
    public void ended(WriteMark mark, Acknowledgement acknowledged) {
        Wait request = waiting.get(mark);
        if (request != null && acknowledged.failed().isEmpty() && request.end.complete(Optional.of(acknowledged))) {
            return;
        }
        CompletableFuture<Void> unused = stored(mark, acknowledged)
                .exceptionally(failure -> {
                    log.warn(
                            "table {} could not be written, so a request that waits for its write will time out: {}",
                            table.name(),
                            Failures.unwrap(failure).toString());
                    return null;
                })
                .thenRun(() -> {
                    if (request != null) {
                        request.end.complete(Optional.of(acknowledged));
                    }
                });
    }

    /** Fails rather than throws, because the caller has a change to end. */
    private CompletableFuture<Void> stored(WriteMark mark, Acknowledgement acknowledged) {
        try {
            return table.store(mark, acknowledged);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
