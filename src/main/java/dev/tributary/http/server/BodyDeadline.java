package dev.tributary.http.server;

import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Ends bodies that arrive too slowly. The connection's idle timeout ends only bodies that stall: it restarts with each byte.
 *
 * <p>Only the time that the server waits for the client counts. Jetty's own minimum rate counts all time, so it would end
 * bodies that the server reads slowly because it or a table is busy.
 */
final class BodyDeadline extends Handler.Wrapper {

    private final HttpLimits limits;
    private final LongSupplier nanos;

    /** @param nanos a clock like {@link System#nanoTime} */
    BodyDeadline(HttpLimits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return super.handle(request.getLength() == 0 ? request : new Timed(request), response, callback);
    }

    private final class Timed extends Request.Wrapper {

        private long received;
        private long waited;
        private boolean waiting;
        private long waitingSince;

        Timed(Request request) {
            super(request);
        }

        @Override
        public Content.@Nullable Chunk read() {
            Content.Chunk chunk = super.read();
            long now = nanos.getAsLong();
            if (waiting) {
                waited += now - waitingSince;
            }
            waiting = chunk == null;
            waitingSince = now;
            if (chunk == null || chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                return chunk;
            }
            received += chunk.remaining();
            if (waited > allowed()) {
                chunk.release();
                TimeoutException slow = new TimeoutException("the body arrives too slowly");
                fail(slow);
                return Content.Chunk.from(slow, true);
            }
            return chunk;
        }

        private long allowed() {
            return limits.requestTimeout().toNanos() + received * 1_000_000_000L / limits.minBytesPerSecond();
        }
    }
}
