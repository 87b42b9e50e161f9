package dev.tributary.http.server;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections whose clients read a reply too slowly. Such a reply keeps its request's place and its part of the
 * memory for replies, and the connection's idle timeout restarts with each byte that is read.
 *
 * <p>Each write may take {@code http.request-timeout}, and a second for each {@code http.min-bytes-per-second} bytes.
 */
final class ReplyDeadline extends Handler.Wrapper {

    private final HttpLimits limits;

    ReplyDeadline(HttpLimits limits) {
        this.limits = limits;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return super.handle(request, new TimedResponse(request, response), callback);
    }

    private final class TimedResponse extends Response.Wrapper {

        TimedResponse(Request request, Response response) {
            super(request, response);
        }

        @Override
        public void write(boolean last, @Nullable ByteBuffer bytes, Callback callback) {
            int length = bytes == null ? 0 : bytes.remaining();
            TimedWrite write = new TimedWrite(callback);
            super.write(last, bytes, write);
            write.closeAfter(
                    limits.requestTimeout().toNanos() + length * 1_000_000_000L / limits.minBytesPerSecond(),
                    getRequest());
        }
    }

    private static final class TimedWrite extends Callback.Nested {

        private boolean done;
        private Scheduler.@Nullable Task deadline;

        TimedWrite(Callback callback) {
            super(callback);
        }

        /** Most writes have ended by now, and need no timer. */
        synchronized void closeAfter(long nanos, Request request) {
            if (!done) {
                deadline = request.getComponents()
                        .getScheduler()
                        .schedule(
                                () -> request.getConnectionMetaData()
                                        .getConnection()
                                        .getEndPoint()
                                        .close(new TimeoutException("the client reads the reply too slowly")),
                                nanos,
                                TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public synchronized void completed() {
            done = true;
            if (deadline != null) {
                deadline.cancel();
            }
        }
    }
}
