package dev.tributary.http.status;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the state of the daemon to every page that watches, as server-sent events. A page gets an event at least every
 * second, so it may take the daemon for dead after a few seconds without one. All pages share the reads of tables.
 *
 * <p>Costs nothing while nobody watches: the thread ends after the last page has gone. Safe for any thread.
 */
public final class StatusEvents implements ExchangeHandler, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StatusEvents.class);

    /** Pages that may watch at the same time. */
    static final int MAX_VIEWERS = 16;

    private static final Duration TICK = Duration.ofSeconds(1);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private static final Reply HEAD = new Reply(
            200,
            Map.of(
                    "Content-Type", "text/event-stream",
                    "Cache-Control", "no-store",
                    // For a proxy in front, which would collect events.
                    "X-Accel-Buffering", "no"),
            "");

    private final StatusSource source;
    private final Duration tablesPause;
    private final LongSupplier nanoTime;
    private final ScheduledThreadPoolExecutor thread;

    /** Guarded by this, as are the fields below. */
    private final Set<Viewer> viewers = new LinkedHashSet<>();

    private boolean closed;
    private boolean ticking;
    private boolean reading;
    private long readAt;
    private @Nullable StatusEvent tables;

    /**
     * @param tablesPause pause between two reads of the tables
     */
    public StatusEvents(StatusSource source, Duration tablesPause) {
        this(source, tablesPause, System::nanoTime);
    }

    /** @param nanoTime monotonic */
    StatusEvents(StatusSource source, Duration tablesPause, LongSupplier nanoTime) {
        this.source = source;
        this.tablesPause = tablesPause;
        this.nanoTime = nanoTime;
        this.readAt = nanoTime.getAsLong() - tablesPause.toNanos();
        this.thread = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "status-page"));
        thread.setKeepAliveTime(2 * TICK.toMillis(), TimeUnit.MILLISECONDS);
        thread.allowCoreThreadTimeOut(true);
    }

    /** @throws ProblemException if as many pages watch as may, or the server stops */
    @Override
    public void handle(Exchange exchange) {
        synchronized (this) {
            if (closed || viewers.size() >= MAX_VIEWERS) {
                throw new ProblemException((closed
                                ? ProblemDocument.of(ProblemType.STOPPING, "The daemon stops.")
                                : ProblemDocument.of(
                                        ProblemType.BUSY,
                                        "%d status pages are open, the most that may be. Close one."
                                                .formatted(MAX_VIEWERS)))
                        .retryAfter(RETRY_AFTER));
            }
            Exchange.Stream stream = exchange.stream(HEAD);
            Viewer viewer = new Viewer(stream::write, stream::end, this::remove);
            viewers.add(viewer);
            thread.execute(() -> welcome(viewer));
            if (!ticking) {
                ticking = true;
                thread.execute(this::tick);
            }
        }
    }

    /** Reads the tables soon, because an action has changed them. */
    public synchronized void refresh() {
        readAt = nanoTime.getAsLong() - tablesPause.toNanos();
    }

    private void welcome(Viewer viewer) {
        try {
            viewer.offer(source.first());
        } catch (RuntimeException e) {
            failed(e);
        }
        StatusEvent known;
        synchronized (this) {
            known = nanoTime.getAsLong() - readAt < tablesPause.toNanos() ? tables : null; // else the next read is due
        }
        if (known != null) {
            viewer.offer(known);
        }
    }

    private void tick() {
        try {
            source.now().forEach(this::publish);
            if (startsReading()) {
                source.tables().whenComplete(this::read);
            }
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            next();
        }
    }

    private synchronized void next() {
        ticking = !closed && !viewers.isEmpty();
        if (ticking) {
            thread.schedule(this::tick, TICK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private synchronized boolean startsReading() {
        if (reading || nanoTime.getAsLong() - readAt < tablesPause.toNanos()) {
            return false;
        }
        reading = true;
        readAt = nanoTime.getAsLong(); // a refresh during the read leads to another
        return true;
    }

    private void read(@Nullable StatusEvent event, @Nullable Throwable failure) {
        synchronized (this) {
            reading = false;
            tables = event;
        }
        if (event == null) {
            log.error("the tables could not be read for the status page; it will be tried again", failure);
        } else {
            publish(event);
        }
    }

    private void publish(StatusEvent event) {
        List<Viewer> now;
        synchronized (this) {
            now = List.copyOf(viewers);
        }
        now.forEach(viewer -> viewer.offer(event));
    }

    /** A thrown error would end the ticks. */
    private static void failed(RuntimeException e) {
        log.error("the status page could not be updated; it will be tried again", e);
    }

    private synchronized void remove(Viewer viewer) {
        viewers.remove(viewer);
    }

    /** Number of pages that watch. */
    synchronized int viewers() {
        return viewers.size();
    }

    /** Ends the events of every page, after the one that is sent to it. Idempotent. */
    @Override
    public void close() {
        List<Viewer> last;
        synchronized (this) {
            closed = true;
            last = List.copyOf(viewers);
            viewers.clear();
        }
        last.forEach(Viewer::end);
        thread.shutdownNow();
    }
}
