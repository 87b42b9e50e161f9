package dev.tributary.http.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections whose request headers arrive too slowly. They hold no thread, but they count as connections, and
 * Jetty's idle timeout restarts with each byte. Safe for any thread.
 *
 * <p>The timeout of a new connection includes its TLS handshake. Afterwards the connection may be idle, and the timeout
 * begins with the first byte of the next request.
 */
final class HeaderDeadline extends Handler.Wrapper implements Connection.Listener {

    private static final Duration LONGEST_TICK = Duration.ofSeconds(1);

    /** The state of a connection. Guarded by itself. */
    private static final class Progress {

        private boolean handled;
        private boolean begun = true;
        private long beginning;
        private long bytesBefore;

        Progress(long now) {
            this.beginning = now;
        }
    }

    private final Map<Connection, Progress> connections = new ConcurrentHashMap<>();
    private final long timeout;
    private final LongSupplier nanos;

    /** @param nanos a clock like {@link System#nanoTime} */
    HeaderDeadline(Duration timeout, LongSupplier nanos) {
        this.timeout = timeout.toNanos();
        this.nanos = nanos;
    }

    /** Checks the connections periodically until the scheduler stops. */
    void start(Scheduler scheduler) {
        long tick = Math.min(timeout / 4, LONGEST_TICK.toNanos());
        scheduler.schedule(
                () -> {
                    closeOverdue();
                    start(scheduler);
                },
                tick,
                TimeUnit.NANOSECONDS);
    }

    @Override
    public void onOpened(Connection connection) {
        if (!(connection instanceof SslConnection)) { // it contains one of HTTP, which is reported too
            connections.put(connection, new Progress(nanos.getAsLong()));
        }
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Connection connection = request.getConnectionMetaData().getConnection();
        Progress progress = connections.get(connection);
        if (progress != null) {
            synchronized (progress) {
                progress.handled = true;
            }
            Request.addCompletionListener(request, failure -> {
                synchronized (progress) {
                    progress.handled = false;
                    progress.begun = false;
                    progress.bytesBefore = connection.getBytesIn();
                }
            });
        }
        return super.handle(request, response, callback);
    }

    void closeOverdue() {
        long now = nanos.getAsLong();
        connections.forEach((connection, progress) -> {
            if (isOverdue(connection, progress, now)) {
                connection.getEndPoint().close();
            }
        });
    }

    private boolean isOverdue(Connection connection, Progress progress, long now) {
        synchronized (progress) {
            if (progress.handled) {
                return false;
            }
            if (!progress.begun && connection.getBytesIn() > progress.bytesBefore) {
                progress.begun = true;
                progress.beginning = now;
            }
            return progress.begun && now - progress.beginning > timeout;
        }
    }
}
