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
 * Closes connections whose request headers trickle. They take no thread, but they take the connections that there may be,
 * and Jetty's idle timeout begins anew with each byte. Safe for any thread.
 *
 * <p>A new connection has the timeout for its first request, its TLS handshake included; afterwards it may rest, and the
 * timeout begins with the first byte of the next request.
 */
final class HeaderDeadline extends Handler.Wrapper implements Connection.Listener {

    private static final Duration LONGEST_TICK = Duration.ofSeconds(1);

    /** Of a connection; guarded by itself. */
    private static final class Progress {

        private boolean handled;
        private boolean begun = true;
        private long beginning;
        private long bytesAtRest;

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

    /** Looks at the connections until the scheduler ends. */
    void start(Scheduler scheduler) {
        long tick = Math.min(timeout / 4, LONGEST_TICK.toNanos());
        scheduler.schedule(
                () -> {
                    look();
                    start(scheduler);
                },
                tick,
                TimeUnit.NANOSECONDS);
    }

    @Override
    public void onOpened(Connection connection) {
        if (!(connection instanceof SslConnection)) { // it has one of HTTP in it
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
                    progress.bytesAtRest = connection.getBytesIn();
                }
            });
        }
        return super.handle(request, response, callback);
    }

    void look() {
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
            if (!progress.begun && connection.getBytesIn() > progress.bytesAtRest) {
                progress.begun = true;
                progress.beginning = now;
            }
            return progress.begun && now - progress.beginning > timeout;
        }
    }
}
